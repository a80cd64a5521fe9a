// A provider that writes each batch into a file of its own, for a gateway, a printer or a person to take from there.
//
// The file's name is the batch's number, and a file appears under it whole or not at all; a batch whose file is there has
// been sent. So a crash between writing and remembering sends nothing twice.
#pragma once

#include <filesystem>

#include "mis/outbox/outbox.hpp"

namespace mis::outbox {

class FileProvider final : public Provider {
 public:
  // Files go to `folder`, which is made on first use.
  explicit FileProvider(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::string_view name() const override { return "file"; }
  // The folder's own number, in a file of it: hosts that write to folders of their own do not know each other's batches.
  std::string place() override;
  Delivery send(std::int64_t batch, std::span<const Outgoing> messages) override;
  Delivery ask(std::int64_t batch) override;
  Status clear(std::int64_t batch) override;  // removes the file, if it is still there

  // One JSON object per line and message: message_id, kind, address, subject, body, and of an attachment its name, type and
  // content in base64url.
  std::filesystem::path path_of(std::int64_t batch) const;

 private:
  std::filesystem::path folder_;
};

// Every kind into a folder of its own below `top`.
void use_files(Providers& providers, const std::filesystem::path& top);

}  // namespace mis::outbox
