#include "modules/billing/domain/explain.hpp"

#include <fmt/format.h>

#include "mis/base/decimal.hpp"

namespace mis::billing {
namespace {

const char* pick(Language language, const char* zh, const char* en) { return language == Language::kChinese ? zh : en; }

// "1234567.5" → "1,234,567.5"; people compare digits in groups.
std::string grouped(std::string text) {
  const std::size_t point = text.find('.');
  const std::size_t first = !text.empty() && text[0] == '-' ? 1 : 0;
  for (std::size_t at = point == std::string::npos ? text.size() : point; at > first + 3; at -= 3)
    text.insert(at - 3, ",");
  return text;
}

std::string money(Money m, Language language) {
  return language == Language::kChinese ? grouped(format_yuan(m)) + " 元" : grouped(format_yuan(m)) + " yuan";
}
std::string kwh(std::int64_t wh) { return grouped(format_kwh({wh})) + " kWh"; }
std::string percent(std::int32_t bp) { return format_decimal(bp, 2, 0) + "%"; }

std::string quantity_of(const Line& line) {
  const std::string number = grouped(format_decimal(line.quantity, 3, 0));
  switch (line.unit) {
    case Unit::kWh:
      return number + " kWh";
    case Unit::kW:
      return number + " kW";
    case Unit::kVA:
      return number + " kVA";
    case Unit::kPercentOfBase:
      return number;
  }
  return number;
}

std::string price_of(const Line& line, Language language) {
  const char* yuan = pick(language, "元", "yuan");
  const std::string number = format_decimal(line.price.value, 8, 2);
  switch (line.unit) {
    case Unit::kWh:
      return fmt::format("{} {}/kWh", number, yuan);
    case Unit::kW:
      return fmt::format("{} {}/kW·{}", number, yuan, pick(language, "月", "month"));
    case Unit::kVA:
      return fmt::format("{} {}/kVA·{}", number, yuan, pick(language, "月", "month"));
    case Unit::kPercentOfBase:
      return number;
  }
  return number;
}

std::string rounding_of(Rounding mode, Language language) {
  switch (mode) {
    case Rounding::kHalfUp:
      return {};
    case Rounding::kHalfEven:
      return pick(language, " (四舍六入五成双)", " (half to even)");
    case Rounding::kTowardZero:
      return pick(language, " (截尾)", " (cut)");
    case Rounding::kFloor:
      return pick(language, " (向下取整)", " (rounded down)");
    case Rounding::kCeiling:
      return pick(language, " (向上取整)", " (rounded up)");
  }
  return {};
}

}  // namespace

std::string label_of(Period period, Language language) {
  switch (period) {
    case Period::kTotal:
      return pick(language, "总", "total");
    case Period::kSharp:
      return pick(language, "尖", "sharp");
    case Period::kPeak:
      return pick(language, "峰", "peak");
    case Period::kFlat:
      return pick(language, "平", "flat");
    case Period::kValley:
      return pick(language, "谷", "valley");
    case Period::kDeep:
      return pick(language, "深谷", "deep valley");
  }
  return {};
}

std::string label_of(ComponentKind component, Language language) {
  switch (component) {
    case ComponentKind::kNetEnergy:
      return pick(language, "电度电价净额", "net energy price");
    case ComponentKind::kAgentPurchase:
      return pick(language, "代理购电", "agent purchase");
    case ComponentKind::kLineLoss:
      return pick(language, "上网环节线损", "line loss of supply");
    case ComponentKind::kTransmission:
      return pick(language, "输配电", "transmission and distribution");
    case ComponentKind::kSystemOperation:
      return pick(language, "系统运行费", "system operation");
    case ComponentKind::kMajorWaterFund:
      return pick(language, "国家重大水利工程建设基金", "major water projects fund");
    case ComponentKind::kReservoirFund:
      return pick(language, "大中型水库移民后期扶持资金", "reservoir resettlement fund");
    case ComponentKind::kRenewableFund:
      return pick(language, "可再生能源电价附加", "renewable energy fund");
    case ComponentKind::kRuralGridLoanFund:
      return pick(language, "农网还贷资金", "rural grid loan fund");
    case ComponentKind::kGovernmentFund:
      return pick(language, "政府性基金及附加", "government funds");
    case ComponentKind::kOther:
      return pick(language, "其他附加", "other surcharge");
  }
  return {};
}

std::string label_of(Register reg, Language language) {
  switch (reg) {
    case Register::kTotal:
    case Register::kSharp:
    case Register::kPeak:
    case Register::kFlat:
    case Register::kValley:
    case Register::kDeep:
      return label_of(static_cast<Period>(reg), language);
    case Register::kReactiveForward:
      return pick(language, "正向无功", "reactive forward");
    case Register::kReactiveReverse:
      return pick(language, "反向无功", "reactive reverse");
    case Register::kExport:
      return pick(language, "反向有功", "reverse active");
    case Register::kMaxDemand:
      return pick(language, "最大需量", "maximum demand");
  }
  return {};
}

std::string label_of(const Line& line, Language language) {
  std::string text;
  switch (line.kind) {
    case LineKind::kEnergy:
      text = pick(language, "电度电费", "Energy");
      break;
    case LineKind::kTierIncrement:
      text = pick(language, "阶梯加价", "Tier increment");
      break;
    case LineKind::kFreeEnergy:
      text = pick(language, "免费电量", "Free energy");
      break;
    case LineKind::kSurcharge:
      text = label_of(line.component, language);
      break;
    case LineKind::kCapacityCharge:
      text = pick(language, "容量电费", "Capacity charge");
      break;
    case LineKind::kDemandCharge:
      text = pick(language, "需量电费", "Demand charge");
      break;
    case LineKind::kOverContract:
      text = pick(language, "超合同需量电费", "Demand beyond the contract");
      break;
    case LineKind::kPowerFactor:
      text = pick(language, "功率因数调整电费", "Power factor adjustment");
      break;
    case LineKind::kComponent:
      text = pick(language, "其中: ", "of which: ") + label_of(line.component, language);
      break;
    case LineKind::kExport:
      text = pick(language, "上网电费", "Export");
      break;
  }
  if (line.period != Period::kTotal) text += pick(language, " ", ", ") + label_of(line.period, language);
  if (line.tier != 0) text += fmt::format(fmt::runtime(pick(language, " 第{}档", ", tier {}")), line.tier);
  return text;
}

std::string explain(const Line& line, Language language) {
  const std::string result = " = " + money(line.amount, language) + rounding_of(line.rounding, language);
  switch (line.kind) {
    case LineKind::kEnergy:
    case LineKind::kTierIncrement:
    case LineKind::kSurcharge:
      return quantity_of(line) + " × " + price_of(line, language) + result;
    case LineKind::kFreeEnergy:
    case LineKind::kExport:
      return "−" + quantity_of(line) + " × " + price_of(line, language) + result;
    case LineKind::kCapacityCharge:
    case LineKind::kDemandCharge:
    case LineKind::kOverContract: {
      std::string text = quantity_of(line) + " × " + price_of(line, language);
      if (line.percent_bp != 0) text += " × " + percent(line.percent_bp);
      if (line.of_days != 0)
        text += fmt::format(fmt::runtime(pick(language, " × {}/{} 天", " × {}/{} days")), line.days, line.of_days);
      return text + result;
    }
    case LineKind::kPowerFactor:
      return fmt::format(fmt::runtime(pick(language, "{} × {} (功率因数 {})", "{} × {} (power factor {})")),
                         money(line.base, language), percent(line.percent_bp),
                         format_decimal(line.power_factor, 2, 2)) +
             result;
    case LineKind::kComponent:
      // Parts are rounded together so that they add up; the remainder of the price has no single unit price.
      if (line.price.value == 0) return pick(language, "电费减其余各项", "energy amount less the other parts") + result;
      return quantity_of(line) + " × " + price_of(line, language) + result;
  }
  return {};
}

std::string source_of(const Line& line, const Tariff* tariff, Language language) {
  std::string text;
  if (line.kind == LineKind::kPowerFactor)
    text = pick(language, "水电财字[1983]215号 功率因数调整电费办法; ", "Regulation 水电财字[1983]215号; ");
  if (tariff == nullptr)
    return text + fmt::format(fmt::runtime(pick(language, "电价版本 {}", "tariff version {}")), line.tariff_version);
  text += fmt::format(fmt::runtime(pick(language, "{} 第{}版, {}", "{} version {}, {}")), tariff->code, tariff->version,
                      tariff->source.document);
  if (!tariff->source.clause.empty()) text += ", " + tariff->source.clause;
  return text;
}

std::string describe(const BillException& e, Language language) {
  const auto reg = [&] {
    return e.a >= 0 && e.a < static_cast<std::int64_t>(kRegisters) ? label_of(static_cast<Register>(e.a), language)
                                                                   : std::string("?");
  };
  const auto text = [&](const char* zh, const char* en) { return std::string(pick(language, zh, en)); };
  const auto with = [&](const char* zh, const char* en, auto&&... args) {
    return fmt::format(fmt::runtime(pick(language, zh, en)), args...);
  };
  switch (e.kind) {
    case ExceptionKind::kNoReading:
      return with("应有 {} 示数, 但未抄到", "expected a reading of the {} register but there is none", reg());
    case ExceptionKind::kNegativeEnergy:
      return with("{} 电量不应为负, 但为 {}", "expected no negative energy of the {} register but found {}", reg(),
                  kwh(e.b / 10));
    case ExceptionKind::kImpossibleIndex:
      return with("{} 示数应在表计位数之内, 但为 {}",
                  "expected an index of the {} register within the dial's digits but found {}", reg(),
                  format_decimal(e.b, 4, 0));
    case ExceptionKind::kBadMeterData:
      return with("计量或变压器、线损参数应合理, 但为 {} / {}",
                  "expected plausible meter, transformer and loss data but found {} / {}", e.a, e.b);
    case ExceptionKind::kRollover:
      return with("{} 示数翻转, 电量 {}", "the {} register passed the end of its dial, energy {}", reg(), kwh(e.b));
    case ExceptionKind::kAbsurdJump:
      return with("电量应与上月 {} 相近, 但为 {}", "expected energy near last month's {} but found {}", kwh(e.b),
                  kwh(e.a));
    case ExceptionKind::kPeriodsDiffer:
      return with("各时段之和应等于总电量 {}, 但为 {}", "expected the periods to add up to {} but they add up to {}",
                  kwh(e.b), kwh(e.a));
    case ExceptionKind::kUnknownTariff:
      return text("计量点应有电价, 但没有", "expected a tariff for the usage point but there is none");
    case ExceptionKind::kTariffNotValid:
      return text("电价应在计费期内有效, 但无效", "expected a tariff in force in the service period but it is not");
    case ExceptionKind::kDeductionTooLarge:
      return with("总表电量应不小于套扣电量 {}, 但只有 {}", "expected at least {} to deduct but the parent has {}",
                  kwh(e.a), kwh(e.b));
    case ExceptionKind::kBadHierarchy:
      return text("总分表关系应为树形, 且定量定比合理, 但不是",
                  "expected a tree of usage points with plausible shares but found another");
    case ExceptionKind::kBadAgreement:
      return text("合同容量、需量和基本电价应齐全, 但缺少",
                  "expected capacity, contract demand and price for the basic charge but one is missing");
    case ExceptionKind::kBadCase:
      return text("月份、计费期和档案数据应合理, 但不是",
                  "expected a plausible month, service period and account but found another");
    case ExceptionKind::kIntervalGap:
      return with("每个时段应有数据, 但第 {} 个缺失", "expected a value in each interval but number {} is missing",
                  e.a + 1);
    case ExceptionKind::kNoCalendar:
      return text("曲线数据应有峰谷时段表, 但电价没有",
                  "expected a calendar for interval data but the tariff has none");
    case ExceptionKind::kArithmeticRange:
      return text("数值应在账单可表示的范围内, 但超出",
                  "expected amounts within what a bill can carry but one is beyond");
    case ExceptionKind::kNoPrice:
      return with("{} 时段应有电价, 但电量 {} 无价", "expected a price for the {} period but {} have none", reg(),
                  kwh(e.b));
  }
  return {};
}

}  // namespace mis::billing
