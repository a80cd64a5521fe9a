#include "modules/tariffs/tariff_names.hpp"

namespace mis::tariffs {
namespace {

constexpr std::pair<const char*, Period> kPeriodNames[] = {{"total", Period::kTotal},   {"sharp", Period::kSharp},
                                                           {"peak", Period::kPeak},     {"flat", Period::kFlat},
                                                           {"valley", Period::kValley}, {"deep", Period::kDeep}};
constexpr std::pair<const char*, Category> kCategories[] = {
    {"residential", Category::kResidential},   {"residential_shared", Category::kResidentialShared},
    {"agricultural", Category::kAgricultural}, {"commercial", Category::kCommercial},
    {"industrial", Category::kIndustrial},     {"export", Category::kExport}};
constexpr std::pair<const char*, Voltage> kVoltages[] = {
    {"below_1kv", Voltage::kBelow1Kv}, {"1_10kv", Voltage::k1To10Kv}, {"20kv", Voltage::k20Kv},
    {"35kv", Voltage::k35Kv},          {"110kv", Voltage::k110Kv},    {"220kv", Voltage::k220KvAndAbove}};
constexpr std::pair<const char*, Structure> kStructures[] = {{"single", Structure::kSingle},
                                                             {"two_part", Structure::kTwoPart}};
constexpr std::pair<const char*, ComponentKind> kComponents[] = {
    {"net_energy", ComponentKind::kNetEnergy},
    {"agent_purchase", ComponentKind::kAgentPurchase},
    {"line_loss", ComponentKind::kLineLoss},
    {"transmission", ComponentKind::kTransmission},
    {"system_operation", ComponentKind::kSystemOperation},
    {"major_water_fund", ComponentKind::kMajorWaterFund},
    {"reservoir_fund", ComponentKind::kReservoirFund},
    {"renewable_fund", ComponentKind::kRenewableFund},
    {"rural_grid_loan_fund", ComponentKind::kRuralGridLoanFund},
    {"government_fund", ComponentKind::kGovernmentFund},
    {"other", ComponentKind::kOther}};
constexpr std::pair<const char*, PowerFactorStandard> kStandards[] = {{"none", PowerFactorStandard::kNone},
                                                                      {"0.90", PowerFactorStandard::k090},
                                                                      {"0.85", PowerFactorStandard::k085},
                                                                      {"0.80", PowerFactorStandard::k080},
                                                                      {"fixed", PowerFactorStandard::kFixed}};
constexpr std::pair<const char*, Rounding> kRoundings[] = {{"half_up", Rounding::kHalfUp},
                                                           {"half_even", Rounding::kHalfEven},
                                                           {"toward_zero", Rounding::kTowardZero},
                                                           {"floor", Rounding::kFloor},
                                                           {"ceiling", Rounding::kCeiling}};

}  // namespace

Names<Period> period_names() { return kPeriodNames; }
Names<Category> category_names() { return kCategories; }
Names<Voltage> voltage_names() { return kVoltages; }
Names<Structure> structure_names() { return kStructures; }
Names<ComponentKind> component_names() { return kComponents; }
Names<PowerFactorStandard> standard_names() { return kStandards; }
Names<Rounding> rounding_names() { return kRoundings; }

}  // namespace mis::tariffs
