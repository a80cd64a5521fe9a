#include <catch2/catch.hpp>

#include "modules/customers/domain/mask.hpp"

using namespace mis::customers;

TEST_CASE("a phone shows its operator and its end") {
  CHECK(mask_phone("13812345678") == "138****5678");
  CHECK(mask_phone("05771234567") == "057****4567");
  CHECK(mask_phone("88123456") == "******56");
  CHECK(mask_phone("12") == "**");
  CHECK(mask_phone("") == "");
}

TEST_CASE("an identity number shows where it was issued and its end") {
  CHECK(mask_id_no("330102199001011234") == "3301************34");
  CHECK(mask_id_no("A12345") == "****45");
  CHECK(mask_id_no("") == "");
}
