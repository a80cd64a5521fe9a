// What is in a PDF, by the eyes of a program that is not ours: poppler's pdfinfo, pdftotext, pdffonts and pdftoppm.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pdf_reader {

// Each throws std::runtime_error where poppler is not installed or does not take the file.
std::string text_of(const std::string& pdf);    // laid out as on the page
std::string info_of(const std::string& pdf);    // "Pages:           2\n…", dates in UTC
std::string fonts_of(const std::string& pdf);
int pages_of(const std::string& pdf);
// "226.77 x 400.1 pts"
std::string size_of(const std::string& pdf);

// The first page in grey, a byte a pixel.
struct Picture { int width = 0, height = 0; std::vector<std::uint8_t> grey; };
Picture picture_of(const std::string& pdf, int dots_per_inch);

// Without white space: what was said, wherever its lines were broken.
std::string squeezed(const std::string& text);

}  // namespace pdf_reader
