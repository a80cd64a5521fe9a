#include <catch2/catch.hpp>

#include "mis/files/encoding.hpp"
#include "modules/payment_channels/formats/xml_stream.hpp"
#include "tests/unit/payment_channels/examples.hpp"

using namespace mis::payment_channels;
using example::input;

namespace {

// Every leaf as "path=text", then the error's code where there is one.
class Leaves : public XmlListener {
 public:
  std::vector<std::string> lines;
  mis::Status message(const MessageName& name) override {
    lines.push_back(name.to_string());
    return mis::ok();
  }
  void begin(std::string_view, XmlPlace) override {}
  void end(std::string_view path, std::string_view text, std::string_view currency, XmlPlace) override {
    if (!text.empty()) lines.push_back(std::string(path) + "=" + std::string(text) + (currency.empty() ? "" : " " + std::string(currency)));
  }
};

using Lines = std::vector<std::string>;

Lines read(std::string_view text, std::string* message = nullptr) {
  Leaves leaves;
  XmlStream stream(input(text), leaves);
  for (;;) {
    const auto more = stream.step();
    if (!more) {
      leaves.lines.push_back(more.error().code);
      if (message) *message = more.error().message;
      return leaves.lines;
    }
    if (!*more) return leaves.lines;
  }
}

std::string document(std::string_view inside) { return "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">" + std::string(inside) + "</Document>"; }

}  // namespace

TEST_CASE("a message's name is read out of its namespace, a bank's own one too", "[payment_channels][xml]") {
  CHECK(parse_message_name("urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")->to_string() == "camt.053.001.08");
  CHECK(parse_message_name("http://www.six-interbank-clearing.com/de/pain.002.001.03.ch.02.xsd")->to_string() == "pain.002.001.03");
  CHECK_FALSE(parse_message_name("urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"));
  CHECK_FALSE(parse_message_name("urn:iso:camt.053.001"));
  CHECK_FALSE(parse_message_name(""));
}

TEST_CASE("elements are told by their path, without blanks, in whatever way they are written", "[payment_channels][xml]") {
  CHECK(read(document("<A>\n <B Ccy='CNY'> 12.50\n</B><C>x &amp; <![CDATA[<y>]]></C></A>")) == Lines{"camt.053.001.08", "A/B=12.50 CNY", "A/C=x & <y>"});
  // With prefixes, behind a byte-order mark, inside a bank's envelope.
  CHECK(read("\xEF\xBB\xBF<n:Document xmlns:n=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><n:A>1</n:A></n:Document>") == Lines{"pain.002.001.10", "A=1"});
  CHECK(read("<Envelope xmlns='urn:bank'><Header><From>X</From></Header>" + document("<A>1</A>") + "</Envelope>") == Lines{"camt.053.001.08", "A=1"});
  // What a bank adds in a namespace of its own is left out with all that is in it.
  CHECK(read(document("<A><B>1</B><x:B xmlns:x='urn:bank'><x:C>2</x:C><B>3</B></x:B></A>")) == Lines{"camt.053.001.08", "A/B=1"});
}

TEST_CASE("an XML declaration of GBK is understood, also where a character is torn between two pieces", "[payment_channels][xml]") {
  std::string text = "<?xml version='1.0' encoding='GBK'?>" + document("<A>" + std::string("\xB3\xC2\xAC\x7C") + "</A>");  // 陈瑋
  CHECK(read(text) == Lines{"camt.053.001.08", "A=陈瑋"});
  for (int shift = 0; shift < 4; ++shift) {
    const std::string head = "<?xml version='1.0' encoding='gb2312'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><A>x" + std::string(static_cast<std::size_t>(shift), ' ');
    std::string many;
    while (many.size() < 30'000) many += "\xB3\xC2";
    const auto padding = std::string(65'530 - head.size() - 5, ' ');
    const auto lines = read(head + "</A>" + padding + "<B>" + many + "</B></Document>");
    REQUIRE(lines.size() == 3);
    CHECK(lines[2].size() == 2 + 45'000);
  }
  CHECK(read("<?xml version='1.0' encoding='GBK'?>" + document("<A>\xB3</A>")).back() == "payment_channels.xml_encoding");
  CHECK(read("<?xml version='1.0' encoding='EBCDIC-X'?>" + document("<A/>")).back() == "payment_channels.xml_encoding");
}

TEST_CASE("a document type definition is refused before it can define anything", "[payment_channels][xml]") {
  std::string message;
  CHECK(read("<?xml version='1.0'?>\n<!DOCTYPE Document [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" + document("<A>&b;</A>"), &message) == Lines{"payment_channels.xml_doctype"});
  CHECK(message.starts_with("expected no document type definition but found one at line 2, column "));
  CHECK(read("<!DOCTYPE Document SYSTEM 'file:///etc/passwd'>" + document("<A/>")) == Lines{"payment_channels.xml_doctype"});
  CHECK(read(document("<A>&unknown;</A>")).back() == "payment_channels.xml_malformed");
}

TEST_CASE("a file that ends too early names the place and what was open", "[payment_channels][xml]") {
  const std::string whole = document("<A>\n<B>12.50</B>\n<B>7</B>\n</A>");
  std::string message;
  CHECK(read(whole.substr(0, whole.find("12.5") + 4), &message).back() == "payment_channels.file_cut");
  CHECK(message == "expected the end of <A/B> but the file ends at line 2, column 8");
  CHECK(read(whole.substr(0, whole.size() - 11), &message).back() == "payment_channels.file_cut");
  CHECK(message == "expected </Document> but the file ends at line 4, column 5");
  CHECK(read("", &message) == Lines{"payment_channels.file_cut"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(read(whole.substr(0, size)).back().starts_with("payment_channels.file_cut"));
  }
}

TEST_CASE("what is not an ISO 20022 document is said to be so", "[payment_channels][xml]") {
  std::string message;
  CHECK(read("<Document xmlns='urn:other'/>", &message) == Lines{"payment_channels.message_unknown"});
  CHECK(message.find("found 'urn:other' at line 1, column 1") != std::string::npos);
  CHECK(read("<Document/>").back() == "payment_channels.message_unknown");
  CHECK(read("<html><body/></html>").back() == "payment_channels.message_unknown");
  CHECK(read("serial|amount\n1|2\n").back() == "payment_channels.xml_malformed");
  CHECK(read("<E>" + document("<A/>") + document("<A/>") + "</E>").back() == "payment_channels.message_unknown");
  CHECK(read(document("<A></B>")).back() == "payment_channels.xml_malformed");
}

TEST_CASE("files made to use up memory or time are refused", "[payment_channels][xml]") {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<A>";
  CHECK(read(document(deep)).back() == "payment_channels.xml_too_deep");
  std::string foreign = "<x:A xmlns:x='urn:bank'>";
  for (int i = 0; i < 1000; ++i) foreign += "<A>";
  CHECK(read(document(foreign)).back() == "payment_channels.xml_too_deep");
  CHECK(read(document("<A>" + std::string(200'000, 'x') + "</A>")).back() == "payment_channels.xml_text_too_long");
  CHECK(read(document("<A x='" + std::string(3'000'000, 'x') + "'/>")).back() == "payment_channels.xml_malformed");
  CHECK(read(document("<!--" + std::string(3'000'000, 'x') + "-->")).back() == "payment_channels.xml_malformed");
}
