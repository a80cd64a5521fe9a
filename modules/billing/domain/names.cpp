#include "modules/billing/domain/calculate.hpp"

namespace mis::billing {

const char* name_of(LineKind kind) {
  switch (kind) {
    case LineKind::kEnergy:
      return "energy";
    case LineKind::kTierIncrement:
      return "tier_increment";
    case LineKind::kFreeEnergy:
      return "free_energy";
    case LineKind::kSurcharge:
      return "surcharge";
    case LineKind::kCapacityCharge:
      return "capacity_charge";
    case LineKind::kDemandCharge:
      return "demand_charge";
    case LineKind::kOverContract:
      return "over_contract_demand";
    case LineKind::kPowerFactor:
      return "power_factor_adjustment";
    case LineKind::kComponent:
      return "component";
    case LineKind::kExport:
      return "export";
  }
  return "";
}

const char* name_of(LineRole role) {
  switch (role) {
    case LineRole::kCharge:
      return "charge";
    case LineRole::kIncluded:
      return "included";
    case LineRole::kPayable:
      return "payable";
  }
  return "";
}

const char* name_of(ExceptionKind kind) {
  switch (kind) {
    case ExceptionKind::kNoReading:
      return "no_reading";
    case ExceptionKind::kNegativeEnergy:
      return "negative_energy";
    case ExceptionKind::kImpossibleIndex:
      return "impossible_index";
    case ExceptionKind::kBadMeterData:
      return "bad_meter_data";
    case ExceptionKind::kRollover:
      return "rollover";
    case ExceptionKind::kAbsurdJump:
      return "absurd_jump";
    case ExceptionKind::kPeriodsDiffer:
      return "periods_differ";
    case ExceptionKind::kUnknownTariff:
      return "unknown_tariff";
    case ExceptionKind::kTariffNotValid:
      return "tariff_not_valid";
    case ExceptionKind::kDeductionTooLarge:
      return "deduction_too_large";
    case ExceptionKind::kBadHierarchy:
      return "bad_hierarchy";
    case ExceptionKind::kBadAgreement:
      return "bad_agreement";
    case ExceptionKind::kBadCase:
      return "bad_case";
    case ExceptionKind::kIntervalGap:
      return "interval_gap";
    case ExceptionKind::kNoCalendar:
      return "no_calendar";
    case ExceptionKind::kArithmeticRange:
      return "arithmetic_range";
    case ExceptionKind::kNoPrice:
      return "no_price";
  }
  return "";
}

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kReview:
      return "review";
    case Severity::kBlocking:
      return "blocking";
  }
  return "";
}

}  // namespace mis::billing
