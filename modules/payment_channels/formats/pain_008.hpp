// Writes a collection of direct debits as ISO 20022 "customer direct debit initiation": pain.008.001.08 (in use since 2023) and
// pain.008.001.02 (older banks). Currency CNY; the creditor is the utility. Reads nothing; answers come as pain.002.
#pragma once

#include <cstdint>
#include <string>

#include "mis/base/result.hpp"
#include "modules/payment_channels/domain/direct_debit_batch.hpp"
#include "modules/payment_channels/formats/channel_bytes.hpp"

namespace mis::payment_channels {

enum class Pain008Version : std::uint8_t { k02, k08 };

// Validates the batch, then writes it: one payment information (PmtInf) for each sequence type that occurs, named
// "<batch id>-FRST" and so on, in the order FRST, RCUR, FNAL, OOFF, and inside it the debits in the batch's order. Count and
// control sum stand in the group header and in each payment information. Nothing is written where validation fails.
Status write_pain_008(const DirectDebitBatch& batch, Pain008Version version, const WriteBytes& write);
Result<std::string> write_pain_008(const DirectDebitBatch& batch, Pain008Version version);

}  // namespace mis::payment_channels
