#include "tests/unit/invoicing/examples.hpp"

namespace examples {

using namespace mis;
using namespace mis::invoicing;

ReceiptDocument plain_receipt() {
  ReceiptDocument r;
  r.utility = "临江县供电公司";
  r.receipt_no = "SJ1";
  r.paid_at = *Instant::parse("2027-01-31T08:05:09Z");
  r.lines = {{.account_no = "1000000018", .name_masked = "", .month = {}, .energy = {}, .amount = {10000}, .late_charge = {}, .what = {}}};
  r.payments = {{.method = {"现金", "Cash"}, .amount = {10000}, .reference = "", .tendered = {}}};
  return r;
}

ReceiptDocument receipt() {
  auto r = plain_receipt();
  r.receipt_no = "SJ20270131000123";
  r.hall = "城关营业厅";
  r.cashier = "周敏 (C017)";
  r.lines = {{.account_no = "1000000018", .name_masked = "*小明", .month = BillingMonth{202612}, .energy = Energy{286'000}, .amount = {15387}, .late_charge = {185}, .what = {}},
             {.account_no = "1000000018", .name_masked = "*小明", .month = BillingMonth{202701}, .energy = Energy{312'500}, .amount = {16813}, .late_charge = {}, .what = {}},
             {.account_no = "1000004521", .name_masked = "临江县**机械有限责任公司", .month = BillingMonth{202701}, .energy = Energy{48'120'000}, .amount = {3'456'728},
              .late_charge = {}, .what = {"电费", "Electricity"}},
             {.account_no = "1000004521", .name_masked = "临江县**机械有限责任公司", .month = {}, .energy = {}, .amount = {100'000}, .late_charge = {}, .what = {"预收电费", "Advance"}}};
  r.payments = {{.method = {"银行卡", "Bank card"}, .amount = {3'500'000}, .reference = "尾号6217 流水 000481", .tendered = {}},
                {.method = {"现金", "Cash"}, .amount = {89'200}, .reference = "", .tendered = Money{90'000}}};
  r.carry = {87};
  r.reprint = 2;
  r.remark = "客服热线 95598";
  return r;
}

ReceiptDocument long_receipt() {
  auto r = receipt();
  r.utility = "国网某某省电力有限公司临江县供电分公司城关供电所第一营业厅代收点";
  r.lines.clear();
  r.reprint = 0;
  r.carry = {};
  Money sum;
  for (int i = 0; i < 60; ++i) {
    const Money amount{10000 + i * 137};
    r.lines.push_back({.account_no = std::to_string(1000000000 + i * 97), .name_masked = i % 7 == 3 ? "临江县***********************股份有限公司第三分公司" : "*小" + std::to_string(i),
                       .month = BillingMonth{202701}, .energy = Energy{100'000 + i * 1000}, .amount = amount, .late_charge = {i % 5 == 0 ? 100 + i : 0}, .what = {}});
    sum += amount + r.lines.back().late_charge;
  }
  r.payments = {{.method = {"支票", "Cheque"}, .amount = sum, .reference = "No. 30501234567890", .tendered = {}}};
  return r;
}

ReceiptDocument reversal() {
  auto r = receipt();
  r.receipt_no = "SJ20270131000124";
  r.reverses = "SJ20270131000123";
  r.reprint = 0;
  r.carry = -r.carry;
  for (auto& line : r.lines) {
    line.amount = -line.amount;
    line.late_charge = -line.late_charge;
  }
  for (auto& payment : r.payments) {
    payment.amount = -payment.amount;
    payment.tendered.reset();
  }
  return r;
}

InvoiceDocument plain_invoice() {
  InvoiceDocument d;
  d.number = "24332000000012345678";
  d.issued_on = Date::of(2027, 1, 31);
  d.made_at = *Instant::parse("2027-01-31T08:05:09Z");
  d.buyer = {.name = "王小明", .tax_id = "", .address_phone = "", .bank_account = ""};
  d.seller = {.name = "临江县供电公司", .tax_id = "91330100MA2XXXXX1K", .address_phone = "", .bank_account = ""};
  d.lines = {{.name = "*供电*电费", .spec = "", .unit = "", .quantity = "", .unit_price = "", .amount = {14879}, .tax_rate_bp = 1300, .tax = {1934}}};
  return d;
}

InvoiceDocument invoice() {
  auto d = plain_invoice();
  d.code = "033002100611";
  d.buyer = {.name = "临江县红星机械制造有限责任公司", .tax_id = "91330100MA27Y5XN3A", .address_phone = "浙江省临江县城关镇人民路128号 0571-88880000",
             .bank_account = "中国工商银行临江支行 1202020409900012345"};
  d.seller = {.name = "国网浙江省电力有限公司临江县供电公司", .tax_id = "91330100143050217T", .address_phone = "浙江省临江县建设路1号 0571-95598",
              .bank_account = "中国农业银行临江支行 19045101040012345"};
  d.lines = {{.name = "*供电*大工业电费（1-10千伏）", .spec = "两部制分时", .unit = "千瓦时", .quantity = "48120", .unit_price = "0.59286875", .amount = {2'852'884}, .tax_rate_bp = 1300, .tax = {370'875}},
             {.name = "*供电*基本电费", .spec = "容量", .unit = "千伏安", .quantity = "315", .unit_price = "30", .amount = {945'000}, .tax_rate_bp = 1300, .tax = {122'850}},
             {.name = "政府性基金代收", .spec = "", .unit = "", .quantity = "", .unit_price = "", .amount = {12'345}, .tax_rate_bp = {}, .tax = {}}};
  d.remarks = "户号 1000004521 电费年月 2027-01";
  d.payee = "周敏";
  d.reviewer = "陈静";
  d.drawer = "林伟";
  d.verification = "01,10,033002100611,24332000000012345678,43039.54,20270131,12345678901234567890,ABCD,";
  return d;
}

InvoiceDocument red_invoice() {
  auto d = invoice();
  d.reverses_number = d.number;
  d.number = "24332000000012345679";
  for (auto& line : d.lines) {
    line.amount = -line.amount;
    line.tax = -line.tax;
    if (!line.quantity.empty()) line.quantity = "-" + line.quantity;
  }
  return d;
}

InvoiceDocument long_invoice() {
  auto d = invoice();
  const auto line = d.lines.front();
  d.lines.clear();
  for (int i = 1; i <= 40; ++i) {
    d.lines.push_back(line);
    d.lines.back().name = "*供电*电费 第" + std::to_string(i) + "项";
    d.lines.back().amount = {10'000 + i};
  }
  d.lines[5].name = "*供电*一般工商业及其他用电不满1千伏分时电价尖峰时段电度电费（含代理购电价格及输配电价）";
  d.lines[6].amount = {9'007'199'254'740'992};
  d.lines[6].quantity = "123456789012345.678";
  d.buyer.name = "临江县某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某股份有限公司";
  return d;
}

StatementDocument statement(int rows) {
  StatementDocument d;
  d.utility = "国网浙江省电力有限公司临江县供电公司";
  d.account_no = "1000004521";
  d.customer_name = "临江县红星机械制造有限责任公司";
  d.address = "浙江省临江县城关镇人民路128号";
  d.from = Date::of(2026, 1, 1);
  d.to = Date::of(2026, 12, 31);
  d.made_at = *Instant::parse("2027-01-31T08:05:09Z");
  d.opening = {-5000};
  d.closing = d.opening;
  for (int i = 0; i < rows; ++i) {
    const Money amount{100'000 + i * 311};
    const bool bill = i % 2 == 0;
    d.rows.push_back({.date = d.from + i * 3, .what = bill ? LocalText{"电费 2026-01 第" + std::to_string(i) + "笔", "Electricity 2026-01 item " + std::to_string(i)}
                                                            : LocalText{"银行代扣", "Direct debit"},
                      .debit = bill ? amount : Money{}, .credit = bill ? Money{} : amount});
    d.closing += d.rows.back().debit - d.rows.back().credit;
  }
  d.remark = "如有疑问请拨打 95598。";
  return d;
}

}  // namespace examples
