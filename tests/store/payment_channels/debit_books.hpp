// The handmade books with two customers whose bank collects: files out, answers in, statements in.
#pragma once

#include "mis/jobs/worker.hpp"
#include "modules/payment_channels/debit_batch.hpp"
#include "modules/payment_channels/debit_results.hpp"
#include "modules/payment_channels/mandates.hpp"
#include "modules/payment_channels/reconcile.hpp"
#include "modules/payment_channels/statements.hpp"
#include "tests/store/payment_channels/channel_books.hpp"

namespace books {

// Accounts 11 (155.10 yuan on 22 November 2026, which is now) and 12 (81.00) have active mandates with the bank.
class DebitBooks : public ChannelBooks {
 public:
  explicit DebitBooks(const char* profile = kTextProfile);

  static constexpr const char* kTextProfile = R"({"transport": "rest", "debits": {"format": "text", "basis": "due"}})";
  static constexpr const char* kPainProfile = R"({"transport": "rest", "debits": {"format": "pain.008.001.08",
    "creditor": {"number": "110900123", "name": "供电公司", "bank_code": "102100099996"}, "creditor_id": "CN98ZZZ09999999999"}})";
  static constexpr const char* kPostalProfile = R"({"transport": "rest", "debits": {"format": "postal", "basis": "principal", "unit_code": "0531"}})";

  mis::Result<mis::payment_channels::Mandate> sign(std::int64_t account, const std::string& bank_account, std::optional<mis::Money> most = {});
  // A batch for a day, gathered by its job.
  mis::payment_channels::DebitBatch gather(const char* collect_on = "2026-11-22");
  mis::payment_channels::DebitBatch sent(const char* collect_on = "2026-11-22");
  mis::payment_channels::DebitBatch batch(std::int64_t batch_id);
  std::string file(std::int64_t batch_id);
  mis::payment_channels::DebitItem debit(std::int64_t batch_id, std::int64_t account);
  // A result file of text as a bank would make it of the batch: outcome code by account ("0000", "0001"), paid in fen.
  struct Answer {
    std::int64_t account;
    std::string code;
    int paid_fen;
  };
  std::string result_text(std::int64_t batch_id, const std::vector<Answer>& answers);
  mis::Result<mis::payment_channels::DebitResult> load(std::int64_t batch_id, const std::string& bytes);
  // Loaded and taken.
  mis::payment_channels::DebitResult take(std::int64_t batch_id, const std::string& bytes);
  mis::Result<mis::payment_channels::StatementLoad> load_statement(const std::string& bytes);
  mis::payment_channels::StatementLoad take_statement(const std::string& bytes);
  void run_job(mis::JobId job, int threads = 1);
  std::vector<mis::payment_channels::DebitDifferenceRow> open_differences();
  std::vector<mis::payment_channels::Receipt> receipts();
  mis::Money ledger_balance(mis::ledger::LedgerAccount account);
  std::vector<std::string> every_difference();

  static mis::security::Caller caller(std::int64_t user);

  mis::payment_channels::DebitBatchService batches;
  mis::payment_channels::DebitResultService results;
  mis::payment_channels::DebitDifferenceService settling;
  mis::payment_channels::StatementService statements;
  mis::jobs::Kinds kinds;
};

}  // namespace books
