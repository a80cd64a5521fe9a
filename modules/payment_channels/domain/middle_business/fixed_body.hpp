// The fixed-width form of a body: fields one behind the other, each of its width. Works on bytes: text is in GBK on both
// sides, formats/middle_business.hpp converts it. Never looks outside of the bytes that it is given.
#pragma once

#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "modules/payment_channels/domain/middle_business/record.hpp"

namespace mis::payment_channels::middle_business {

// Cuts a body into its fields and takes the filling off; whether they are right is for check(). A field of blanks, and a
// number field of blanks, is absent. Error payment_channels.middle_body with the field, its byte in the body and its
// width.
Result<Record> split_fixed(const BodyRule& rule, std::string_view body);

// Text is GBK already; everything else has been checked. Text that is wider than its field is an error, never cut.
Result<std::string> join_fixed(const BodyRule& rule, const Record& record);

}  // namespace mis::payment_channels::middle_business
