// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_expression.h"

#include <charconv>
#include <cmath>

#include "core/error.h"

namespace gan {
namespace {

constexpr int kDeepest = 100;  // parentheses within each other

// A number, or a vector where `code` is not empty.
struct Value {
  double number = 0;
  std::vector<double> code;
  bool is_vector() const { return !code.empty(); }
};

// Recursive descent: list of sums, of terms, of factors. Columns of operators are remembered, so
// that a mistake between two values is reported where they meet.
class Parser {
 public:
  Parser(std::string_view text, const NamedCodes& vectors, int length)
      : text_(text), vectors_(vectors), length_(length) {}

  std::vector<Code> list() {
    std::vector<Code> codes;
    do {
      blanks();
      const size_t begin = at_;
      const Value value = sum();
      if (at_ < text_.size() && text_[at_] != ';')
        wrong(text_[at_] == ')' ? "a ) without its (" : "wanted an operator", at_);
      codes.push_back(rounded(vector(value, begin), begin));
    } while (at_++ < text_.size());
    return codes;
  }

 private:
  [[noreturn]] void wrong(const std::string& what, size_t place) const {
    fail(ErrorKind::kSettings, "expression \"", text_, "\": ", what, " at column ", place + 1);
  }

  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
  }
  bool next_is(char wanted) {
    blanks();
    return at_ < text_.size() && text_[at_] == wanted;
  }
  bool take(char wanted) {
    const bool there = next_is(wanted);
    at_ += there;
    return there;
  }
  void close(size_t opened) {
    if (take(')')) return;
    if (at_ < text_.size() && text_[at_] != ';') wrong("wanted an operator or )", at_);
    wrong(concat("a ) is missing for the ( of column ", opened + 1), at_);
  }

  Value vector(Value value, size_t place) const {
    if (!value.is_vector()) wrong("a number where a vector is wanted", place);
    return value;
  }

  Code rounded(const Value& value, size_t place) const {
    Code code;
    for (const double number : value.code) {
      code.push_back(static_cast<float>(number));
      if (!std::isfinite(code.back())) wrong("a vector of numbers too large", place);
    }
    return code;
  }

  static Value combined(const Value& a, const Value& b, double weight) {
    Value result{a.number + weight * b.number, a.code};
    for (size_t i = 0; i < result.code.size(); ++i) result.code[i] += weight * b.code[i];
    return result;
  }
  static Value scaled(Value value, double by) {
    value.number *= by;
    for (double& number : value.code) number *= by;
    return value;
  }

  Value sum() {
    Value value = term();
    while (next_is('+') || next_is('-')) {
      const size_t place = at_++;
      const Value other = term();
      if (value.is_vector() != other.is_vector())
        wrong("a number and a vector cannot be added", place);
      value = combined(value, other, text_[place] == '+' ? 1 : -1);
    }
    return value;
  }

  Value term() {
    Value value = factor();
    while (next_is('*') || next_is('/')) {
      const size_t place = at_++;
      Value other = factor();
      if (text_[place] == '/') {
        if (other.is_vector()) wrong("a division by a vector", place);
        if (other.number == 0) wrong("a division by 0", place);
        value = scaled(std::move(value), 1 / other.number);
      } else {
        if (value.is_vector() && other.is_vector())
          wrong("two vectors cannot be multiplied", place);
        if (!value.is_vector()) std::swap(value, other);
        value = scaled(std::move(value), other.number);
      }
    }
    return value;
  }

  Value factor() {
    double sign = 1;
    while (next_is('-') || next_is('+'))
      if (text_[at_++] == '-') sign = -sign;
    return scaled(unsigned_factor(), sign);
  }

  Value unsigned_factor() {
    if (at_ >= text_.size()) wrong("wanted a name, a number or ( but it ends", at_);
    const char c = text_[at_];
    if ((c >= '0' && c <= '9') || c == '.') return {number(), {}};
    if (c == '(') return parenthesis();
    const size_t place = at_;
    const std::string_view name = text_.substr(place, vector_name_length(text_.substr(place)));
    if (name.empty()) wrong("wanted a name, a number or (", place);
    at_ += name.size();
    return next_is('(') ? call(name, place) : named(name, place);
  }

  double number() {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) wrong("a number that cannot be read", at_);
    at_ = static_cast<size_t>(end - text_.data());
    return value;
  }

  Value parenthesis() {
    const size_t opened = at_++;
    if (++depth_ > kDeepest) wrong("more than 100 parentheses within each other", opened);
    Value value = sum();
    close(opened);
    --depth_;
    return value;
  }

  Value named(std::string_view name, size_t place) const {
    const auto found = vectors_.find(name);
    if (found != vectors_.end()) return {0, {found->second.code.begin(), found->second.code.end()}};
    std::string known;
    for (const auto& [other, vector] : vectors_) known += (known.empty() ? "" : ", ") + other;
    fail(ErrorKind::kSettings, "expression \"", text_, "\": no vector \"", name, "\" at column ",
         place + 1, known.empty() ? "; no vectors are loaded" : "; there are " + known);
  }

  Value call(std::string_view name, size_t place) {
    const size_t opened = at_++;
    if (++depth_ > kDeepest) wrong("more than 100 parentheses within each other", opened);
    if (name != "seed" && name != "mean")
      wrong(concat("no function \"", name, "\", only mean and seed,"), place);
    Value result = name == "seed" ? seed() : mean();
    close(opened);
    --depth_;
    return result;
  }

  Value seed() {
    blanks();
    uint32_t seed = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), seed);
    if (error != std::errc()) wrong("a seed must be a number from 0 to 4294967295", at_);
    at_ = static_cast<size_t>(end - text_.data());
    const Code code = seeded_code(seed, length_);
    return {0, {code.begin(), code.end()}};
  }

  Value mean() {
    int count = 0;
    Value total{0, std::vector<double>(static_cast<size_t>(length_))};
    do {
      blanks();
      const size_t begin = at_;
      total = combined(total, vector(sum(), begin), 1);
      ++count;
    } while (take(','));
    return scaled(std::move(total), 1.0 / count);
  }

  std::string_view text_;
  const NamedCodes& vectors_;
  int length_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::vector<Code> evaluate_expressions(std::string_view text, const NamedCodes& vectors,
                                       int length) {
  if (text.find_first_not_of(" \t\n") == std::string_view::npos) return {};
  return Parser(text, vectors, length).list();
}

}  // namespace gan
