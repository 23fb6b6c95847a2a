// SPDX-License-Identifier: LGPL-2.1-or-later
// Options structs that describe themselves: a struct lists its members once, with range and help,
// and can then be read from --set, a key file or a checkpoint's JSON, checked, written and
// documented.
//
//   struct BlurOptions : Options {
//     double sigma = 1.5;  // pixels, 0.1..10
//     void visit(OptionVisitor& v) override { v.real("sigma", sigma, 0.1, 10, "width in pixels"); }
//   };
#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

using OptionValues = std::map<std::string, std::string>;

class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  // Whether it sets values; others look at them. For options that are written only where they
  // differ from what others make of them.
  virtual bool reads() const { return false; }
  virtual void integer(const char* name, int& value, int min, int max, const char* help) = 0;
  virtual void real(const char* name, double& value, double min, double max, const char* help) = 0;
  virtual void flag(const char* name, bool& value, const char* help) = 0;
  // allowed: the words separated by '|', such as "l1|charbonnier"; empty: any text.
  virtual void text(const char* name, std::string& value, const char* allowed,
                    const char* help) = 0;
};

struct Options {
  virtual ~Options() = default;
  virtual void visit(OptionVisitor&) {}
};

// Sets the members named in `values`. Throws Error(kSettings) for an unknown key (naming the
// nearest known one), a value that does not parse, or one outside its range. `what` begins the
// message, such as "network compact".
void read_options(Options& options, const OptionValues& values, std::string_view what);

// Every member as text; read_options of the result gives an equal struct.
OptionValues write_options(Options& options);

struct OptionHelp {
  std::string name, value, range, help;  // value: the present one, so the default on a fresh struct
};
std::vector<OptionHelp> describe_options(Options& options);

// "3-4-6-3" as numbers. Throws Error(kSettings) that begins with `what` unless there are `least` to
// `most` of them, each 1 to `largest`.
struct NumberListRule {
  size_t least, most;
  int largest;
};
std::vector<int> number_list(std::string_view text, const NumberListRule& rule,
                             std::string_view what);

// The known word with the smallest edit distance to `word`; empty when none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

// A flat JSON object of scalars as option values, and back (numbers and booleans unquoted).
OptionValues options_from_json(std::string_view json, std::string_view what);
std::string options_to_json(Options& options);

}  // namespace gan
