#include "modules/customers/import.hpp"

#include "mis/db/sequence.hpp"
#include "mis/files/lookup.hpp"
#include "modules/customers/customers.hpp"

namespace mis::customers {
namespace {

using files::Comparison;
using files::RowReader;
using files::Verdicts;

constexpr std::int64_t kMaxCapacity_va = 10'000'000'000;  // 10 GVA, more than any customer has

class CustomerImporter final : public files::RowImporter<Customer> {
  enum : int { kNo, kKind, kName, kIdKind, kIdNo, kPhone };

  Customer read_row(RowReader& row) override {
    Customer out;
    out.customer_no = row.code(kNo, 20);
    out.kind = row.one_of(kKind, kCustomerKinds);
    out.name = row.text(kName, 100);
    out.id_kind = row.text(kIdKind, 20);
    out.id_no = row.text(kIdNo, 30);
    out.phone = row.text(kPhone, 20);
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext& context, const std::vector<Customer>& rows, Verdicts& verdicts) override {
    std::vector<std::string> numbers;
    for (const Customer& row : rows) numbers.push_back(row.customer_no);
    std::unordered_map<std::string, Customer> known;
    files::query_in(session, "SELECT customer_no, kind, name, id_kind, id_no, phone FROM customers_customer WHERE customer_no IN (*)",
                    std::span<const std::string>(numbers), [&](db::Rows& row) {
                      known.emplace(row.text(0), Customer{{}, row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), {}});
                    });
    std::vector<Customer> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Customer& found = rows[i];
      const auto [entry, is_new] = known.emplace(found.customer_no, found);
      if (is_new) {
        fresh.push_back(found);
        continue;
      }
      const Customer& had = entry->second;
      Comparison().on("kind", had.kind, found.kind).on("name", had.name, found.name).on("id_kind", had.id_kind, found.id_kind)
          .on("id_no", had.id_no, found.id_no).on("phone", had.phone, found.phone).judge(verdicts, i);
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kCustomerSequence, static_cast<std::int64_t>(fresh.size()));
    const Instant now = context.clock.now();
    for (Customer& row : fresh) {
      row.customer_id = {id++};
      row.created_at = now;
    }
    load_customers(session, fresh);
  }
};

struct AccountRow {
  Account value;
  std::string customer_no, station_code, route_code, area_code;
};

class AccountImporter final : public files::RowImporter<AccountRow> {
  enum : int { kNo, kCustomer, kStation, kRoute, kPosition, kArea, kAddress, kStatus, kOpened, kClosed, kSize, kSince };

  AccountRow read_row(RowReader& row) override {
    AccountRow out;
    Account& a = out.value;
    a.account_no = row.digits(kNo, 10, 10);
    out.customer_no = row.code(kCustomer, 20);
    out.station_code = row.code(kStation, 20);
    out.route_code = row.code(kRoute, 20);
    a.route_position = static_cast<int>(row.integer(kPosition, 0, 1'000'000));
    out.area_code = row.code(kArea, 20);
    a.address = row.text(kAddress, 200);
    a.status = row.one_of(kStatus, kAccountStatuses);
    a.opened_on = row.date(kOpened);
    if (!row.empty(kClosed)) a.closed_on = row.date(kClosed);
    a.household_size = static_cast<int>(row.integer(kSize, 0, 100));
    if (!row.empty(kSince)) a.household_since = row.date(kSince);
    if (a.closed_on && *a.closed_on < a.opened_on) row.complain(kClosed, "customers.closed_before_opened", "a day not before " + a.opened_on.to_string());
    if ((a.status == "closed") != a.closed_on.has_value()) row.complain(kClosed, "customers.closed_on", "a day for a closed account, nothing for another");
    return out;
  }

  struct Holder {
    std::int64_t customer_id = 0;
    std::string name, phone;
  };

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<AccountRow>& rows, Verdicts& verdicts) override {
    std::vector<std::string> numbers, customer_nos, stations, routes, areas;
    for (const AccountRow& row : rows) {
      numbers.push_back(row.value.account_no);
      customer_nos.push_back(row.customer_no);
      stations.push_back(row.station_code);
      routes.push_back(row.route_code);
      areas.push_back(row.area_code);
    }
    std::unordered_map<std::string, Account> known;
    files::query_in(session,
                    "SELECT account_no, customer_id, org_id, route_id, route_position, transformer_area_id, address, status, opened_on, "
                    "closed_on, household_size, household_since FROM customers_account WHERE account_no IN (*)",
                    std::span<const std::string>(numbers), [&](db::Rows& row) {
                      known.emplace(row.text(0), Account{{}, row.text(0), {row.i64(1)}, {row.i64(2)}, {row.i64(3)}, row.i32(4), row.i64(5), row.text(6),
                                                         row.text(7), row.date(8), row.date_or_null(9), row.i32(10), row.date_or_null(11), {}, {}});
                    });
    std::unordered_map<std::string, Holder> holders;
    files::query_in(session, "SELECT customer_no, customer_id, name, phone FROM customers_customer WHERE customer_no IN (*)",
                    std::span<const std::string>(customer_nos),
                    [&](db::Rows& row) { holders.emplace(row.text(0), Holder{row.i64(1), row.text(2), row.text(3)}); });
    const auto org_ids = files::ids_of(session, "SELECT code, org_id FROM administration_org_name WHERE code IN (*)", stations);
    const auto route_ids = files::ids_of(session, "SELECT code, route_id FROM meter_reading_route_name WHERE code IN (*)", routes);
    const auto area_ids = files::ids_of(session, "SELECT code, transformer_area_id FROM network_supply WHERE code IN (*)", areas);

    std::vector<Account> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Account account = rows[i].value;
      const auto resolve = [&](const auto& ids, const std::string& code, std::string_view column, const char* error, const char* expected) {
        const auto found = ids.find(code);
        if (found != ids.end()) return found->second;
        if (!verdicts.rejected(i)) verdicts.reject(i, column, error, expected, code);
        return decltype(found->second){};
      };
      const Holder holder = resolve(holders, rows[i].customer_no, "customer_no", "customers.unknown_customer", "a customer that is loaded");
      account.customer_id = {holder.customer_id};
      account.customer_name = holder.name;
      account.customer_phone = holder.phone;
      account.org_id = {resolve(org_ids, rows[i].station_code, "station_code", "administration.unknown_unit", "an organisational unit that is loaded")};
      account.route_id = {resolve(route_ids, rows[i].route_code, "route_code", "meter_reading.unknown_route", "a reading route that is loaded")};
      account.transformer_area_id = resolve(area_ids, rows[i].area_code, "transformer_area_code", "network.unknown_transformer_area", "a transformer area that is loaded");
      if (verdicts.rejected(i)) continue;
      const auto [entry, is_new] = known.emplace(account.account_no, account);
      if (!is_new) {
        compare(entry->second, account).judge(verdicts, i);
        continue;
      }
      if (!is_valid_account_no(account.account_no)) {
        verdicts.doubt(i, "account_no", "customers.check_digit", "a last digit that checks the others", account.account_no);
      }
      fresh.push_back(std::move(account));
    }
    if (fresh.empty()) return;
    std::int64_t id = db::take_block(session, kAccountSequence, static_cast<std::int64_t>(fresh.size()));
    for (Account& row : fresh) row.account_id = {id++};
    load_accounts(session, fresh);
  }

  static Comparison compare(const Account& had, const Account& found) {
    return Comparison()
        .on("customer_no", had.customer_id, found.customer_id)
        .on("station_code", had.org_id, found.org_id)
        .on("route_code", had.route_id, found.route_id)
        .on("route_position", had.route_position, found.route_position)
        .on("transformer_area_code", had.transformer_area_id, found.transformer_area_id)
        .on("address", had.address, found.address)
        .on("status", had.status, found.status)
        .on("opened_on", had.opened_on, found.opened_on)
        .on("closed_on", had.closed_on, found.closed_on)
        .on("household_size", had.household_size, found.household_size)
        .on("household_since", had.household_since, found.household_since);
  }
};

struct AgreementRow {
  std::string account_no;
  Agreement value;
};

class AgreementImporter final : public files::RowImporter<AgreementRow> {
  enum : int { kNo, kFrom, kTo, kCategory, kVoltage, kCapacity, kTariff, kMode, kDemand, kStandard };

  AgreementRow read_row(RowReader& row) override {
    AgreementRow out;
    Agreement& a = out.value;
    out.account_no = row.digits(kNo, 10, 10);
    a.valid.from = row.date(kFrom);
    a.valid.to = row.date(kTo, kForever);
    a.category = row.one_of(kCategory, kCategories);
    a.voltage = row.one_of(kVoltage, kVoltages);
    a.capacity = {row.decimal(kCapacity, 3, 0, kMaxCapacity_va)};
    a.tariff_code = row.code(kTariff, 40);
    a.billing_mode = row.one_of(kMode, kBillingModes);
    a.contract_demand = {row.decimal(kDemand, 3, 0, kMaxCapacity_va)};
    a.pf_standard = static_cast<int>(row.decimal(kStandard, 2, 0, 100));
    if (a.valid.empty()) row.complain(kTo, "customers.empty_period", "a day behind valid_from");
    return out;
  }

  void load_rows(db::Session& session, files::ImportContext&, const std::vector<AgreementRow>& rows, Verdicts& verdicts) override {
    std::vector<std::string> numbers, tariffs;
    for (const AgreementRow& row : rows) {
      numbers.push_back(row.account_no);
      tariffs.push_back(row.value.tariff_code);
    }
    const auto accounts = files::ids_of(session, "SELECT account_no, account_id FROM customers_account WHERE account_no IN (*)", numbers);
    std::unordered_map<std::string, bool> tariff_codes;
    files::query_in(session, "SELECT tariff_code FROM tariffs_tariff_name WHERE tariff_code IN (*)", std::span<const std::string>(tariffs),
                    [&](db::Rows& row) { tariff_codes.emplace(row.text(0), true); });
    std::vector<std::int64_t> ids;
    for (const auto& [number, id] : accounts) ids.push_back(id);
    std::unordered_map<std::int64_t, std::vector<Agreement>> known;
    files::query_in(session,
                    "SELECT account_id, valid_from, valid_to, category, voltage, capacity_va, tariff_code, billing_mode, "
                    "contract_demand_w, pf_standard FROM customers_agreement WHERE account_id IN (*)",
                    std::span<const std::int64_t>(ids), [&](db::Rows& row) {
                      known[row.i64(0)].push_back({{row.i64(0)}, {row.date(1), row.date(2)}, row.text(3), row.text(4), {row.i64(5)}, row.text(6), row.text(7), {row.i64(8)}, row.i32(9)});
                    });
    std::vector<Agreement> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Agreement agreement = rows[i].value;
      const auto account = accounts.find(rows[i].account_no);
      if (account == accounts.end()) {
        verdicts.reject(i, "account_no", "customers.unknown_account", "an account that is loaded", rows[i].account_no);
        continue;
      }
      if (!tariff_codes.contains(agreement.tariff_code)) {
        verdicts.reject(i, "tariff_code", "tariffs.unknown_tariff", "a tariff that is loaded", agreement.tariff_code);
        continue;
      }
      agreement.account_id = {account->second};
      std::vector<Agreement>& others = known[account->second];
      const Agreement* same = nullptr;
      const Agreement* overlap = nullptr;
      for (const Agreement& other : others) {
        if (other.valid.from == agreement.valid.from) {
          same = &other;
        } else if (!other.valid.intersect(agreement.valid).empty()) {
          overlap = &other;
        }
      }
      if (same) {
        Comparison()
            .on("valid_to", same->valid.to, agreement.valid.to)
            .on("category", same->category, agreement.category)
            .on("voltage", same->voltage, agreement.voltage)
            .on("capacity_kva", same->capacity, agreement.capacity)
            .on("tariff_code", same->tariff_code, agreement.tariff_code)
            .on("billing_mode", same->billing_mode, agreement.billing_mode)
            .on("contract_demand_kw", same->contract_demand, agreement.contract_demand)
            .on("pf_standard", same->pf_standard, agreement.pf_standard)
            .judge(verdicts, i);
      } else if (overlap) {
        verdicts.reject(i, "valid_from", "customers.overlap", "one agreement at a time",
                        "another one from " + overlap->valid.from.to_string() + " to " + overlap->valid.to.to_string());
      } else {
        others.push_back(agreement);
        fresh.push_back(std::move(agreement));
      }
    }
    if (!fresh.empty()) load_agreements(session, fresh);
  }
};

}  // namespace

std::vector<files::ImportKind> customer_imports() {
  return {
      {"customers", "Customers: persons and bodies with an identity document.",
       {{"customer_no", true, "at most 20 letters and digits", "the customer's number, unique"},
        {"kind", true, "person or body", "what it is"},
        {"name", true, "at most 100 characters", "name"},
        {"id_kind", false, "at most 20 characters", "resident_id, business_licence, …"},
        {"id_no", false, "at most 30 characters", "the document's number"},
        {"phone", false, "at most 20 characters", "phone"}},
       "", [] { return std::make_unique<CustomerImporter>(); }},
      {"accounts", "Accounts: what is billed. The search box finds them from then on.",
       {{"account_no", true, "10 digits", "the account's number, unique; a last digit that does not check is reported, not refused"},
        {"customer_no", true, "a number", "the customer who holds it"},
        {"station_code", true, "a code", "its supply station"},
        {"route_code", true, "a code", "its reading route"},
        {"route_position", false, "a whole number", "where on the route"},
        {"transformer_area_code", true, "a code", "what supplies it"},
        {"address", true, "at most 200 characters", "where it is"},
        {"status", true, "active, suspended or closed", "its state"},
        {"opened_on", true, "yyyy-mm-dd", "first day"},
        {"closed_on", false, "yyyy-mm-dd", "for closed accounts"},
        {"household_size", false, "a whole number", "persons, where that moves the tiers"},
        {"household_since", false, "yyyy-mm-dd", "month of the application for larger tiers"}},
       "Load organisation, network, routes and customers before.", [] { return std::make_unique<AccountImporter>(); }},
      {"agreements", "What an account is entitled to, over time.",
       {{"account_no", true, "10 digits", "the account"},
        {"valid_from", true, "yyyy-mm-dd", "first day"},
        {"valid_to", false, "yyyy-mm-dd", "the day behind the last one; empty: open"},
        {"category", true, "residential, shared, agriculture, general, large_industry or photovoltaic", "category of use"},
        {"voltage", true, "220V, 380V, 10kV, 35kV, 110kV or 220kV", "voltage of supply"},
        {"capacity_kva", true, "kVA, up to three decimals", "agreed capacity"},
        {"tariff_code", true, "a code", "a tariff that is loaded"},
        {"billing_mode", true, "single, capacity, contract_demand or actual_demand", "how capacity is charged"},
        {"contract_demand_kw", false, "kW, up to three decimals", "for contract_demand"},
        {"pf_standard", false, "0.90, 0.85, 0.80 or 0", "power factor standard"}},
       "Agreements of one account do not overlap. Load tariffs and accounts before.", [] { return std::make_unique<AgreementImporter>(); }},
  };
}

}  // namespace mis::customers
