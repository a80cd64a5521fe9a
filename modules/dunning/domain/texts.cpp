#include "modules/dunning/domain/texts.hpp"

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/dunning/domain/disconnection.hpp"

namespace mis::dunning {
namespace {

struct Pattern {
  std::string_view subject, body;
};

Pattern pattern_of(Template which, Language language) {
  const bool zh = language == Language::kChinese;
  switch (which) {
    case Template::kReminderSms:
      return zh ? Pattern{"电费催缴", "【{sender}】尊敬的客户，户号{account}截至{day}欠电费{principal}元、违约金{late}元，合计{total}元，最早一期应于{oldest}前缴纳。请尽快缴费，已缴请忽略。咨询{phone}。"}
                : Pattern{"Electricity bill overdue", "[{sender}] Account {account} owes {principal} yuan and {late} yuan of late charges as of {day}, {total} yuan in all; the oldest bill was due on {oldest}. "
                                                      "Please pay soon, or ignore this if you have paid. Questions: {phone}."};
    case Template::kReminderLetter:
      return zh ? Pattern{"电费催缴通知书", "{name}：\n您的用电户号{account}截至{day}有{bills}期电费逾期未缴：电费{principal}元，违约金{late}元，合计{total}元，最早一期应于{oldest}前缴纳。违约金按日计算，以缴费当日为准。\n"
                                            "逾期超过30日经催缴仍未缴纳的，我公司可依《电力供应与使用条例》第三十九条按规定程序停止供电。请尽快缴费。咨询电话{phone}。\n{sender}\n{day}"}
                : Pattern{"Reminder: electricity bill overdue", "{name}:\nAs of {day}, {bills} bills of your account {account} are overdue: {principal} yuan and {late} yuan of late charges, {total} yuan in all; the oldest was due on "
                                                                "{oldest}. Late charges run on until the day of payment.\nWhere a bill stays unpaid for more than 30 days after a reminder, supply may be stopped (Regulations on "
                                                                "Electric Power Supply and Use, art. 39). Please pay soon. Questions: {phone}.\n{sender}\n{day}"};
    case Template::kStopNotice:
      return zh ? Pattern{"停电通知书", "{name}：\n您的用电户号{account}截至{day}欠电费{principal}元、违约金{late}元，合计{total}元，逾期已超过规定期限且经催缴未缴。我公司将于{stop}停止供电。停电前缴清的，不予停电；缴清后24小时内恢复供电。"
                                        "咨询电话{phone}。\n{sender}\n{day}"}
                : Pattern{"Notice of disconnection", "{name}:\nAs of {day}, your account {account} owes {principal} yuan and {late} yuan of late charges, {total} yuan in all, in spite of reminders. Supply will be stopped at {stop}. "
                                                     "Whoever pays before keeps it; after payment it is restored within 24 hours. Questions: {phone}.\n{sender}\n{day}"};
    case Template::kLastNotice:
      return zh ? Pattern{"停电前通知", "【{sender}】户号{account}因欠费{total}元，将于{stop}停电。请立即缴费，缴清即免停电。咨询{phone}。"}
                : Pattern{"Supply about to be stopped", "[{sender}] Supply of account {account} will be stopped at {stop} for {total} yuan overdue. Pay now to keep it. Questions: {phone}."};
    case Template::kRestored:
      return zh ? Pattern{"恢复供电", "【{sender}】户号{account}已恢复供电。感谢您的缴费。咨询{phone}。"}
                : Pattern{"Supply restored", "[{sender}] Supply of account {account} has been restored. Thank you for your payment. Questions: {phone}."};
    case Template::kRestoredUnpaid:
      return zh ? Pattern{"恢复供电", "【{sender}】户号{account}已恢复供电，未缴电费仍请缴纳。咨询{phone}。"}
                : Pattern{"Supply restored", "[{sender}] Supply of account {account} has been restored. What is unpaid is still due. Questions: {phone}."};
    case Template::kPrepaidLow:
      return zh ? Pattern{"余额不足提醒", "【{sender}】户号{account}截至{day}可用余额约{balance}元，请及时预存电费。咨询{phone}。"}
                : Pattern{"Balance is low", "[{sender}] The balance of account {account} is about {balance} yuan as of {day}. Please pay in advance. Questions: {phone}."};
    case Template::kPrepaidEmpty:
      return zh ? Pattern{"余额用尽提醒", "【{sender}】户号{account}截至{day}可用余额约{balance}元，已达停电限额，将按费控协议另行通知停电时间。请立即缴费。咨询{phone}。"}
                : Pattern{"Balance is used up", "[{sender}] The balance of account {account} is about {balance} yuan as of {day}, which is the limit for a stop; its time will be told as agreed. Please pay now. Questions: {phone}."};
  }
  return {};
}

std::string fill(std::string_view pattern, const TextFacts& f) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto open = pattern.find('{', at);
    if (open == std::string_view::npos) return out.append(pattern.substr(at));
    const auto close = pattern.find('}', open);
    out.append(pattern.substr(at, open - at));
    const auto word = pattern.substr(open + 1, close - open - 1);
    if (word == "sender") out += f.sender;
    else if (word == "phone") out += f.phone;
    else if (word == "name") out += f.name;
    else if (word == "account") out += mask_account_no(f.account_no);
    else if (word == "bills") out += std::to_string(f.bills);
    else if (word == "principal") out += format_yuan(f.principal);
    else if (word == "late") out += format_yuan(f.late);
    else if (word == "total") out += format_yuan(f.principal + f.late);
    else if (word == "oldest") out += f.oldest_due.to_string();
    else if (word == "day") out += f.day.to_string();
    else if (word == "stop") out += f.stop_at ? local_time(*f.stop_at) : "";
    else if (word == "balance") out += format_yuan(f.balance);
    at = close + 1;
  }
  return out;
}

}  // namespace

std::string_view name_of(Language language) { return language == Language::kChinese ? "zh" : "en"; }

std::optional<Language> language_of(std::string_view name) {
  if (name == "zh") return Language::kChinese;
  if (name == "en") return Language::kEnglish;
  return {};
}

Text compose(Template which, Language language, const TextFacts& facts) {
  const auto pattern = pattern_of(which, language);
  return {fill(pattern.subject, facts), fill(pattern.body, facts)};
}

std::string mask_account_no(std::string_view account_no) {
  if (account_no.size() < 8) return "****";
  return fmt::format("{}****{}", account_no.substr(0, 2), account_no.substr(account_no.size() - 4));
}

}  // namespace mis::dunning
