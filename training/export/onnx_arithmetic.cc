// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "training/export/onnx_builder.h"

namespace gan::training {
namespace {

using Builder = OnnxBuilder;
using Op = TracedOperator;

template <const char* Type>
void unary(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add(Type, {b.name(op.tensor(0))}));
}

template <const char* Type>
void binary(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add(Type, {b.operand(op, 0), b.operand(op, 1)}));
}

// The second operand, times the factor that is the argument after it.
std::string scaled(Builder& b, const Op& op) {
  const std::string second = b.operand(op, 1);
  const double factor = op.number(2, 1);
  return factor == 1 ? second : b.add("Mul", {second, b.number(factor)});
}

void add(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("Add", {b.operand(op, 0), scaled(b, op)}));
}
void sub(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("Sub", {b.operand(op, 0), scaled(b, op)}));
}
void rsub(Builder& b, const Op& op) {
  const double factor = op.number(2, 1);
  const std::string first = b.name(op.tensor(0));
  b.bind(op.results[0],
         b.add("Sub",
               {b.operand(op, 1), factor == 1 ? first : b.add("Mul", {first, b.number(factor)})}));
}

void div(Builder& b, const Op& op) {
  if (op.has(2)) b.refuse("a division that rounds");
  b.bind(op.results[0], b.add("Div", {b.operand(op, 0), b.operand(op, 1)}));
}

void addcmul(Builder& b, const Op& op) {
  std::string product = b.add("Mul", {b.name(op.tensor(1)), b.name(op.tensor(2))});
  if (op.number(3, 1) != 1) product = b.add("Mul", {product, b.number(op.number(3))});
  b.bind(op.results[0], b.add("Add", {b.name(op.tensor(0)), product}));
}

void square(Builder& b, const Op& op) {
  const std::string x = b.name(op.tensor(0));
  b.bind(op.results[0], b.add("Mul", {x, x}));
}

void rsqrt(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("Reciprocal", {b.add("Sqrt", {b.name(op.tensor(0))})}));
}

void silu(Builder& b, const Op& op) {
  const std::string x = b.name(op.tensor(0));
  b.bind(op.results[0], b.add("Mul", {x, b.add("Sigmoid", {x})}));
}

void mish(Builder& b, const Op& op) {
  const std::string x = b.name(op.tensor(0));
  b.bind(op.results[0], b.add("Mul", {x, b.add("Tanh", {b.add("Softplus", {x})})}));
}

void softplus(Builder& b, const Op& op) {
  if (op.number(1, 1) != 1) b.refuse("softplus with a factor");
  b.bind(op.results[0], b.add("Softplus", {b.name(op.tensor(0))}));
}

void gelu(Builder& b, const Op& op) {
  if (op.has(1) && op.arguments[1].toStringRef() != "none") b.refuse("GELU by tanh");
  const std::string x = b.name(op.tensor(0));
  const std::string erf = b.add("Erf", {b.add("Mul", {x, b.number(std::sqrt(0.5))})});
  const std::string half = b.add("Mul", {x, b.number(0.5)});
  b.bind(op.results[0], b.add("Mul", {half, b.add("Add", {erf, b.number(1)})}));
}

void leaky_relu(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("LeakyRelu", {b.name(op.tensor(0))},
                              {{"alpha", static_cast<float>(op.number(1, 0.01))}}));
}

void prelu(Builder& b, const Op& op) {
  const Traced slopes = op.tensor(1);
  if (!slopes.constant.defined()) return b.refuse("PReLU with computed slopes");
  b.bind(op.results[0],
         b.add("PRelu", {b.name(op.tensor(0)), b.slopes(slopes.constant, op.shape().size() - 2)}));
}

void clip(Builder& b, const Op& op, const std::string& low, const std::string& high) {
  b.bind(op.results[0], b.add("Clip", {b.name(op.tensor(0)), low, high}));
}
void clamp(Builder& b, const Op& op) {
  clip(b, op, op.has(1) ? b.operand(op, 1) : "", op.has(2) ? b.operand(op, 2) : "");
}
void clamp_min(Builder& b, const Op& op) { clip(b, op, b.operand(op, 1), ""); }
void clamp_max(Builder& b, const Op& op) { clip(b, op, "", b.operand(op, 1)); }

void softmax(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("Softmax", {b.name(op.tensor(0))}, {{"axis", op.axis(1)}}));
}

void matmul(Builder& b, const Op& op) {
  b.bind(op.results[0], b.add("MatMul", {b.name(op.tensor(0)), b.name(op.tensor(1))}));
}

// addmm(c, a, b, beta, alpha)
void addmm(Builder& b, const Op& op) {
  if (op.number(3, 1) != 1 || op.number(4, 1) != 1) b.refuse("addmm with factors");
  b.bind(op.results[0], b.add("Add", {b.add("MatMul", {b.name(op.tensor(1)), b.name(op.tensor(2))}),
                                      b.name(op.tensor(0))}));
}

void linear(Builder& b, const Op& op) {
  const std::string weight =
      b.add("Transpose", {b.name(op.tensor(1))}, {{"perm", std::vector<int64_t>{1, 0}}});
  std::string y = b.add("MatMul", {b.name(op.tensor(0)), weight});
  if (op.tensor(2).defined()) y = b.add("Add", {y, b.name(op.tensor(2))});
  b.bind(op.results[0], y);
}

// Axes 0 or more; all where none are given.
std::vector<int64_t> axes_of(const Op& op, size_t place) {
  auto axes = op.integers(place);
  const auto dims = static_cast<int64_t>(op.shape().size());
  if (axes.empty())
    for (int64_t axis = 0; axis < dims; ++axis) axes.push_back(axis);
  for (auto& axis : axes) axis += axis < 0 ? dims : 0;
  return axes;
}

std::string mean_of(Builder& b, const std::string& x, const std::vector<int64_t>& axes, bool keep) {
  return b.add("ReduceMean", {x}, {{"axes", axes}, {"keepdims", int64_t{keep}}});
}

// mean(x, type) of all, or mean(x, axes, keep, type)
void mean(Builder& b, const Op& op) {
  const bool some = op.arguments.size() > 2;
  b.bind(op.results[0],
         mean_of(b, b.name(op.tensor(0)), axes_of(op, some ? 1 : 99), some && op.flag(2)));
}

void sum(Builder& b, const Op& op) {
  const bool some = op.arguments.size() > 2;
  b.bind(op.results[0],
         b.add("ReduceSum", {b.name(op.tensor(0)), b.integers(axes_of(op, some ? 1 : 99))},
               {{"keepdims", int64_t{some && op.flag(2)}}}));
}

// norm(x, power, axes, keep)
void norm(Builder& b, const Op& op) {
  if (op.number(1, 2) != 2) b.refuse("a norm other than that of squares");
  b.bind(op.results[0], b.add("ReduceL2", {b.name(op.tensor(0))},
                              {{"axes", axes_of(op, 2)}, {"keepdims", int64_t{op.flag(3)}}}));
}

// var_mean(x, axes, unbiased or correction, keep) -> variance, mean
void var_mean(Builder& b, const Op& op) {
  const auto axes = axes_of(op, 1);
  const std::string x = b.name(op.tensor(0)), mean = mean_of(b, x, axes, true),
                    off = b.add("Sub", {x, mean});
  std::string variance = mean_of(b, b.add("Mul", {off, off}), axes, op.flag(3));
  double correction = 1;
  if (op.has(2)) correction = op.arguments[2].isBool() ? (op.flag(2) ? 1 : 0) : op.number(2);
  double count = 1;
  for (const int64_t axis : axes)
    count *= static_cast<double>(op.shape()[static_cast<size_t>(axis)]);
  if (correction != 0) variance = b.add("Mul", {variance, b.number(count / (count - correction))});
  b.bind(op.results[0], variance);
  b.bind(op.results[1], op.flag(3) ? mean : mean_of(b, x, axes, false));
}

void argmax(Builder& b, const Op& op) {
  if (!op.has(1)) return b.refuse("argmax of all");
  b.bind(op.results[0], b.add("ArgMax", {b.name(op.tensor(0))},
                              {{"axis", op.axis(1)}, {"keepdims", int64_t{op.flag(2)}}}));
}

// sort(x, stable, axis, descending); TopK keeps the order of equals.
void sort(Builder& b, const Op& op) {
  if (op.arguments.size() < 4 || !op.flag(1))
    return b.refuse("a sort whose order of equal values is LibTorch's own");
  const int64_t axis = op.axis(2, -1), size = op.shape()[static_cast<size_t>(axis)];
  const auto sorted = b.add("TopK", {b.name(op.tensor(0)), b.integers({size})},
                            {{"axis", axis}, {"largest", int64_t{op.flag(3)}}}, 2);
  for (size_t i = 0; i < 2; ++i) b.bind(op.results[i], sorted[i]);
}

constexpr char kRelu[] = "Relu", kTanh[] = "Tanh", kSigmoid[] = "Sigmoid", kExp[] = "Exp",
               kLog[] = "Log", kSqrt[] = "Sqrt", kAbs[] = "Abs", kNeg[] = "Neg",
               kReciprocal[] = "Reciprocal", kMul[] = "Mul", kPow[] = "Pow", kMax[] = "Max",
               kMin[] = "Min";

constexpr OnnxOperator kArithmetic[] = {
    {"abs", unary<kAbs>},
    {"add", add},
    {"addcmul", addcmul},
    {"addmm", addmm},
    {"argmax", argmax},
    {"bmm", matmul},
    {"clamp", clamp},
    {"clamp_max", clamp_max},
    {"clamp_min", clamp_min},
    {"div", div},
    {"exp", unary<kExp>},
    {"gelu", gelu},
    {"hardtanh", clamp},
    {"leaky_relu", leaky_relu},
    {"linalg_vector_norm", norm},
    {"linear", linear},
    {"log", unary<kLog>},
    {"matmul", matmul},
    {"maximum", binary<kMax>},
    {"mean", mean},
    {"minimum", binary<kMin>},
    {"mish", mish},
    {"mm", matmul},
    {"mul", binary<kMul>},
    {"neg", unary<kNeg>},
    {"norm", norm},
    {"pow", binary<kPow>},
    {"prelu", prelu},
    {"reciprocal", unary<kReciprocal>},
    {"relu", unary<kRelu>},
    {"rsqrt", rsqrt},
    {"rsub", rsub},
    {"sigmoid", unary<kSigmoid>},
    {"silu", silu},
    {"softmax", softmax},
    {"softplus", softplus},
    {"sort", sort},
    {"sqrt", unary<kSqrt>},
    {"square", square},
    {"sub", sub},
    {"sum", sum},
    {"tanh", unary<kTanh>},
    {"var_mean", var_mean},
};

}  // namespace

std::span<const OnnxOperator> onnx_arithmetic() { return kArithmetic; }

}  // namespace gan::training
