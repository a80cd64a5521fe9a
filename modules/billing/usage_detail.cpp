#include "modules/billing/usage_detail.hpp"

#include <charconv>

namespace mis::billing {
namespace {

constexpr const char* kRegisterNames[] = {"total", "sharp", "peak", "flat", "valley", "deep", "reactive_forward", "reactive_reverse", "export", "max_demand"};

void append_number(std::string& out, std::int64_t value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_member(std::string& out, const char* name, std::int64_t value) {
  if (value == 0) return;
  out += ",\"";
  out += name;
  out += "\":";
  append_number(out, value);
}

void append_energies(std::string& out, const char* name, const PeriodEnergies& energies) {
  out += ",\"";
  out += name;
  out += "\":{";
  bool first = true;
  for (std::size_t i = 0; i < energies.size(); ++i) {
    if (energies[i].value == 0) continue;
    if (!first) out += ',';
    first = false;
    out += '"';
    out += kRegisterNames[i];
    out += "\":";
    append_number(out, energies[i].value);
  }
  out += '}';
}

void append_meter(std::string& out, const MeterSegment& segment, const MeterUse& meter) {
  out += "{\"asset\":\"";
  out += meter.asset_no;  // digits and letters only
  out += "\",\"ratio\":";
  append_number(out, segment.ratio);
  out += ",\"digits\":";
  append_number(out, segment.digits);
  if (meter.estimated) out += ",\"estimated\":true";
  out += ",\"registers\":{";
  bool first = true;
  for (std::size_t i = 0; i < kRegisters; ++i) {
    if (!segment.has(static_cast<Register>(i))) continue;
    if (!first) out += ',';
    first = false;
    out += '"';
    out += kRegisterNames[i];
    out += "\":[";
    append_number(out, segment.index[i].start_e4);
    out += ',';
    append_number(out, segment.index[i].end_e4);
    out += ']';
  }
  out += "}}";
}

}  // namespace

const char* name_of(Register reg) { return kRegisterNames[static_cast<std::size_t>(reg)]; }

void append_usage_detail(std::string& out, const UsagePointResult& result, const UsagePointInput& point, std::span<const MeterUse> meters) {
  out += "{\"meters\":[";
  for (std::size_t i = 0; i < point.segments.size(); ++i) {
    if (i > 0) out += ',';
    append_meter(out, point.segments[i], meters[i]);
  }
  out += ']';
  append_energies(out, "read", result.read);
  append_energies(out, "billed", result.billed);
  append_member(out, "deducted", result.deducted.value);
  append_member(out, "loss", result.loss.value);
  append_member(out, "exported", result.exported.value);
  append_member(out, "reactive", result.reactive.value);
  append_member(out, "max_demand", result.max_demand.value);
  if (result.power_factor >= 0) append_member(out, "power_factor", result.power_factor);
  if (!point.billed) out += ",\"child\":true";
  out += '}';
}

}  // namespace mis::billing
