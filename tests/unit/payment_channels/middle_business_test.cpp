#include <catch2/catch.hpp>

#include "mis/files/encoding.hpp"
#include "modules/payment_channels/formats/middle_business.hpp"

using namespace mis;
using namespace mis::payment_channels::middle_business;

namespace {

std::string gbk(std::string_view utf8) {
  std::string out;
  files::Converter converter(files::Converter::Direction::kUtf8ToGb18030);
  REQUIRE_FALSE(converter.append(utf8, out));
  return out;
}

Message request(Transaction transaction) {
  Message m;
  m.header = {"", "010200", "0200A1", Date::of(2026, 11, 15), "20261115000042"};
  m.header.code = rule_of(transaction, Direction::kRequest).code;
  m.transaction = transaction;
  return m;
}

// A value that each kind of field takes; texts have Chinese, blanks and what XML must escape.
std::string example(const FieldRule& rule) {
  const auto width = static_cast<std::size_t>(rule.width);
  switch (rule.kind) {
    case Kind::kText: return width >= 20 ? "国网 <A&B>\"'供电所" : std::string(width, 'x');
    case Kind::kCode: return std::string(width - 1, '0') + "7";
    case Kind::kNumber: return std::string(width, '9');
    case Kind::kAmount: return "9007199254740992";
    case Kind::kDate: return "20280229";
    case Kind::kMonth: return "202611";
  }
  return {};
}

Message full(const BodyRule& rule, std::size_t rows) {
  Message m = request(rule.transaction);
  m.direction = rule.direction;
  m.header.code = rule.code;
  for (const auto& field : rule.fields) m.record.set(std::string(field.name), example(field));
  for (std::size_t i = 0; i < rows; ++i) {
    Values row;
    for (const auto& field : rule.row_fields) row.emplace(field.name, example(field));
    m.record.rows.push_back(std::move(row));
  }
  return m;
}

std::string encoded(BodyForm form, const Message& message) {
  auto frame = encode(form, message);
  if (!frame) FAIL(frame.error().message);
  return std::move(frame).value();
}

Error refusal(BodyForm form, std::string_view frame) {
  const auto message = decode(form, frame);
  if (message) FAIL("expected a refusal but the message was read");
  return message.error();
}

Message payment() {
  Message m = request(Transaction::kPay);
  m.record.set("account_no", "0100000010").set("amount_fen", Money{12345}).set("payment_method", "01").set("business_date", Date::of(2026, 11, 15));
  m.record.rows.push_back({{"receivable_id", "77"}, {"amount_fen", "12345"}});
  return m;
}

std::string framed(const Header& header, std::string_view body) { return with_header(header, body).value(); }

}  // namespace

TEST_CASE("every transaction goes through both forms and comes back the same", "[middle]") {
  CHECK(all_rules().size() == 26);
  for (const auto& rule : all_rules())
    for (const auto form : {BodyForm::kFixed, BodyForm::kXml})
      for (const int rows : {0, rule.most_rows}) {
        CAPTURE(std::string(rule.code), rows);
        const Message message = full(rule, static_cast<std::size_t>(rows));
        const std::string frame = encoded(form, message);
        CHECK(frame_size(frame).value() == frame.size());
        const auto decoded = decode(form, frame);
        if (!decoded) FAIL(decoded.error().message);
        CHECK(*decoded == message);
        CHECK(&rule_of(decoded->transaction, decoded->direction) == &rule);
      }
}

TEST_CASE("fields that may be absent are absent on the other side", "[middle]") {
  for (const auto& rule : all_rules())
    for (const auto form : {BodyForm::kFixed, BodyForm::kXml}) {
      Message message = full(rule, 0);
      for (const auto& field : rule.fields)
        if (field.need == Need::kOptional) message.record.values.erase(std::string(field.name));
      CAPTURE(std::string(rule.code));
      CHECK(decode(form, encoded(form, message)).value() == message);
    }
}

TEST_CASE("the fixed form is a header and fields of their widths", "[middle]") {
  CHECK(encoded(BodyForm::kFixed, payment()) ==
        "000132" "1020" "010200" "0200A1   " "20261115" "20261115000042      "
        "0100000010" "0000000000012345" "01" "          " "20261115"
        "001" "77                  " "0000000000012345");
  const Message echo = request(Transaction::kEcho);
  CHECK(encoded(BodyForm::kFixed, echo) == "000047" "8030" "010200" "0200A1   " "20261115" "20261115000042      ");
}

TEST_CASE("the XML form is GBK behind the same header", "[middle]") {
  Message answer = answer_to(payment(), return_code::kNoSuchAccount, "户号不存在");
  const std::string body = "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<body><return_code>1001</return_code><message>" + gbk("户号不存在") + "</message></body>";
  CHECK(encoded(BodyForm::kXml, answer).substr(kHeaderBytes) == body);
  CHECK(answer.header.code == "1021");
  CHECK(answer.header.serial == "20261115000042");
  // Another writer's taste: order, line breaks, escapes, zeros in front, an empty element.
  Header header = payment().header;
  const auto decoded = decode(BodyForm::kXml, framed(header, "<?xml version='1.0' encoding='gb2312' standalone=\"yes\"?>\r\n<body>\r\n <rows>\r\n  <row><amount_fen>0012345</amount_fen>"
                                                             "<receivable_id> &#55;7 </receivable_id></row>\r\n </rows>\r\n <business_date>20261115</business_date><operator/>"
                                                             "<payment_method>01</payment_method><amount_fen>12345</amount_fen><account_no>0100000010</account_no></body>"));
  if (!decoded) FAIL(decoded.error().message);
  CHECK(*decoded == payment());
}

TEST_CASE("names in Chinese keep their width in GBK and are never cut in silence", "[middle]") {
  Message message = full(rule_of(Transaction::kQuery, Direction::kAnswer), 0);
  std::string name;
  for (int i = 0; i < 30; ++i) name += "电";  // 60 bytes: exactly the width
  message.record.set("customer_name", name);
  CHECK(decode(BodyForm::kFixed, encoded(BodyForm::kFixed, message)).value().record.get("customer_name") == name);
  message.record.set("customer_name", name + "力");
  for (const auto form : {BodyForm::kFixed, BodyForm::kXml}) {
    const auto frame = encode(form, message);
    REQUIRE_FALSE(frame);
    CHECK(frame.error().fields.at(0).pointer == "/customer_name");
    CHECK(frame.error().message.find("at most 60 bytes in GBK") != std::string::npos);
  }
  CHECK(fitted(name + "力", 60) == name);
  CHECK(fitted("国网电力", 5) == "国网");
  CHECK(fitted("ab 力", 3) == "ab");
  CHECK(fitted("", 3).empty());
}

TEST_CASE("a rare character of a name comes back as it went, also where only GB18030 has it", "[middle]") {
  for (const char* name : {"王䶮", "李𬭎", "€"})
    for (const auto form : {BodyForm::kFixed, BodyForm::kXml}) {
      Message message = full(rule_of(Transaction::kQuery, Direction::kAnswer), 0);
      message.record.set("customer_name", name);
      CHECK(decode(form, encoded(form, message)).value() == message);
    }
  // Two bytes each by a first look, four in truth: thirty do not fit into 60 bytes, and that is said.
  Message message = full(rule_of(Transaction::kQuery, Direction::kAnswer), 0);
  std::string rare;
  for (int i = 0; i < 30; ++i) rare += "ß";
  message.record.set("customer_name", rare);
  CHECK(encode(BodyForm::kFixed, message).error().message.find("/customer_name: expected at most 60 bytes in GBK but found 120") == 0);
}

TEST_CASE("a field that is cut off inside a character is told by its name", "[middle]") {
  Message message = full(rule_of(Transaction::kReverse, Direction::kRequest), 0);
  message.record.set("reason", "错");
  std::string frame = encoded(BodyForm::kFixed, message);
  frame[frame.size() - 39] = ' ';  // the second byte of 错
  const Error error = refusal(BodyForm::kFixed, frame);
  CHECK(error.code == "payment_channels.middle_encoding");
  CHECK(error.message.find("/reason: expected characters of GBK") == 0);
}

TEST_CASE("values that are none are refused in both forms, all of them at once", "[middle]") {
  Message message = payment();
  message.record.set("account_no", "10").set("amount_fen", "-5").set("business_date", "20260230").set("operator", "a\nb").set("colour", "red");
  message.record.values.erase("payment_method");
  message.record.rows[0]["amount_fen"] = "9007199254740993";
  message.record.rows[0].erase("receivable_id");
  const auto frame = encode(BodyForm::kFixed, message);
  REQUIRE_FALSE(frame);
  std::vector<std::string> pointers;
  for (const auto& error : frame.error().fields) pointers.push_back(error.pointer);
  CHECK(pointers == std::vector<std::string>{"/account_no", "/amount_fen", "/payment_method", "/operator", "/business_date", "/colour", "/rows/0/receivable_id", "/rows/0/amount_fen"});
  CHECK(frame.error().message == "/account_no: expected 10 digits but found \"10\"");
  CHECK(frame.error().fields.at(3).message == "/operator: expected text without control characters but found a text of 3 bytes");

  const std::string good = encoded(BodyForm::kFixed, payment());
  const auto changed = [&](std::size_t at, std::string_view with) {
    std::string bad = good;
    bad.replace(kHeaderBytes + at, with.size(), with);
    return refusal(BodyForm::kFixed, bad).message;
  };
  CHECK(changed(0, "01000 0010") == "/account_no: expected 10 digits but found \"01000 0010\"");
  CHECK(changed(10, "-000000000012345") == "/amount_fen: expected an amount in fen of 0 to 9007199254740992 but found \"-000000000012345\"");
  CHECK(changed(10, "9007199254740993").find("/amount_fen") == 0);
  CHECK(changed(38, "20261301") == "/business_date: expected a day yyyymmdd but found \"20261301\"");
  CHECK(changed(46, "100") == "/rows: expected at most 99 rows but found 100");
  CHECK(changed(46, "0 1") == "/rows: expected the number of rows in 3 digits at byte 46 of the body but found \"0 1\"");
  CHECK(changed(46, "002") == "/rows/1/receivable_id: expected 20 bytes at byte 85 of the body but only 0 are left");
  CHECK(changed(46, "000").find("/body: expected the body to end at byte 49 but it has 85 bytes") == 0);
}

TEST_CASE("a header that is none is refused with its field", "[middle]") {
  const std::string good = encoded(BodyForm::kFixed, payment());
  const auto changed = [&](std::size_t at, std::string_view with) {
    std::string bad = good;
    bad.replace(at, with.size(), with);
    return refusal(BodyForm::kFixed, bad);
  };
  CHECK(changed(6, "9990").code == "payment_channels.middle_transaction");
  CHECK(changed(6, "10 0").message == "code: expected 4 digits but found \"10 0\"");
  CHECK(changed(10, "ICBC  ").message.find("bank: ") == 0);
  CHECK(changed(16, "         ").message.find("branch: ") == 0);
  CHECK(changed(25, "20261332").message == "date: expected a day yyyymmdd but found \"20261332\"");
  CHECK(changed(33, "a'b;--").message.find("serial: ") == 0);
  CHECK(changed(0, "000131").message.find("length: ") == 0);
  CHECK(refusal(BodyForm::kFixed, good + " ").message.find("length: ") == 0);
  CHECK_FALSE(decode(BodyForm::kFixed, ""));

  CHECK(frame_size("").value() == 0);
  CHECK(frame_size("00013").value() == 0);
  CHECK(frame_size("000132").value() == 0);
  CHECK_FALSE(frame_size("GET / "));
  CHECK_FALSE(frame_size("0 "));  // at once: it can become nothing good
  CHECK_FALSE(frame_size("000046"));
  CHECK_FALSE(frame_size("999999"));
  Message m = payment();
  m.header.serial = "123456789012345678901";
  CHECK_FALSE(encode(BodyForm::kFixed, m));
  m = payment();
  m.header.branch = "";
  CHECK_FALSE(encode(BodyForm::kXml, m));
}

TEST_CASE("XML that is more than elements and text is refused", "[middle]") {
  const std::string declaration(  "<?xml version=\"1.0\" encoding=\"GBK\"?>\n");
  const auto refused = [&](const std::string& body) { return refusal(BodyForm::kXml, framed(request(Transaction::kQuery).header, body)).message; };
  const std::string account = "<account_no>0100000010</account_no>";
  CHECK(decode(BodyForm::kXml, framed(request(Transaction::kQuery).header, declaration + "<body>" + account + "</body>")));

  CHECK(refused("<body>" + account + "</body>").find("expected <?xml version=\"1.0\" encoding=\"GBK\"?>") != std::string::npos);
  CHECK(refused("<?xml version=\"1.0\" encoding=\"UTF-16\"?><body/>").find("expected encoding GBK") != std::string::npos);
  CHECK(refused("<?xml version=\"1.0\"?><body/>").find("expected encoding GBK") != std::string::npos);
  // A billion laughs, a file fetched from the server, and what could hide one of them.
  CHECK(refused(declaration + "<!DOCTYPE body [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><body>&b;</body>").find("elements and text only") != std::string::npos);
  CHECK(refused(declaration + "<!DOCTYPE body SYSTEM \"file:///etc/passwd\"><body/>").find("elements and text only") != std::string::npos);
  CHECK(refused(declaration + "<body><!-- --></body>").find("elements and text only") != std::string::npos);
  CHECK(refused(declaration + "<body><![CDATA[x]]></body>").find("elements and text only") != std::string::npos);
  CHECK(refused(declaration + "<body><?php x?></body>").find("elements and text only") != std::string::npos);
  CHECK(refused(declaration + "<body><account_no>&account;</account_no></body>").find("well-formed") != std::string::npos);
  CHECK(refused(declaration + "<body>" + account).find("well-formed") != std::string::npos);
  CHECK(refused(declaration + "<body>" + account + "</body><body/>").find("well-formed") != std::string::npos);
  CHECK(refused(declaration).find("well-formed") != std::string::npos);

  CHECK(refused(declaration + "<in>" + account + "</in>").find("line 2, column") != std::string::npos);
  CHECK(refused(declaration + "<body version=\"1\">" + account + "</body>").find("no attributes") != std::string::npos);
  CHECK(refused(declaration + "<body xmlns=\"urn:x\">" + account + "</body>").find("no attributes") != std::string::npos);
  CHECK(refused(declaration + "<b:body xmlns:b=\"urn:x\">" + account + "</b:body>").find("no attributes") != std::string::npos);
  CHECK(refused(declaration + "<body>" + account + account + "</body>").find("each field once") != std::string::npos);
  CHECK(refused(declaration + "<body>" + account + "<month/><month>202611</month></body>").find("each field once") != std::string::npos);
  CHECK(refused(declaration + "<body>" + account + "<colour>red</colour></body>").find("a field of this transaction but found \"colour\"") != std::string::npos);
  CHECK(refused(declaration + "<body>" + account + "words</body>").find("elements only") != std::string::npos);
  CHECK(refused(declaration + "<body>" + account + "<rows/></body>").find("no rows") != std::string::npos);
  CHECK(refused(declaration + "<body><account_no><b>0100000010</b></account_no></body>").find("text in account_no") != std::string::npos);
  CHECK(refused(declaration + "<body></body>") == "/account_no: expected a value but found none");
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "<a>";
  CHECK(refused(declaration + deep).find("expected the element body") != std::string::npos);
  CHECK(refused(declaration + "<body><account_no>" + std::string(5000, '1') + "</account_no></body>").find("at most 1024 bytes") != std::string::npos);
  CHECK(refused(declaration + "<body><account_no>\x81</account_no></body>").find("expected") != std::string::npos);
}

TEST_CASE("amounts and days come out of a record as what they are", "[middle]") {
  const Record record = decode(BodyForm::kFixed, encoded(BodyForm::kFixed, payment())).value().record;
  CHECK(fen_of(record.values, "amount_fen") == Money{12345});
  CHECK(fen_of(record.rows.at(0), "amount_fen") == Money{12345});
  CHECK(fen_of(record.values, "nothing") == Money{0});
  CHECK(day_of(record.values, "business_date") == Date::of(2026, 11, 15));
  CHECK_FALSE(day_of(record.values, "operator"));
  Message zero = payment();
  zero.record.set("amount_fen", Money{0});
  CHECK(decode(BodyForm::kFixed, encoded(BodyForm::kFixed, zero)).value().record.get("amount_fen") == "0");
}
