// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/export/trace.h"

#include <ATen/record_function.h>

#include <unordered_map>

#include "core/error.h"

namespace gan::training {
namespace {

using torch::Tensor;

class Tracer {
 public:
  explicit Tracer(const Tensor& image) { trace_.input = new_value(image); }

  void begin(const at::RecordFunction& function) {
    if (depth_++ > 0) return;  // what an operator calls is its own affair
    const auto inputs = function.inputs();
    operator_ = {};
    depends_ = false;
    for (const c10::IValue& input : inputs) {
      std::vector<Traced> tensors;
      if (input.isTensor()) {
        if (input.toTensor().defined()) tensors.push_back(traced(input.toTensor()));
      } else if (input.isTensorList()) {
        for (const Tensor& tensor : input.toTensorVector()) tensors.push_back(traced(tensor));
      }
      operator_.arguments.push_back(input.isTensor() || input.isTensorList() ? c10::IValue()
                                                                             : input);
      operator_.tensors.push_back(std::move(tensors));
    }
  }

  void end(const at::RecordFunction& function) {
    if (--depth_ > 0 || !depends_) return;
    operator_.name = function.name();
    if (const size_t space = operator_.name.find("::"); space != std::string::npos)
      operator_.name.erase(0, space + 2);
    if (operator_.name.ends_with('_')) operator_.name.pop_back();
    for (const c10::IValue& output : function.outputs()) {
      if (output.isTensor()) operator_.results.push_back(new_value(output.toTensor()));
      if (output.isTensorList())
        for (const Tensor& tensor : output.toTensorVector())
          operator_.results.push_back(new_value(tensor));
    }
    trace_.operators.push_back(std::move(operator_));
  }

  Trace finish(const Tensor& output) {
    depends_ = false;
    trace_.output = traced(output);
    check(depends_, ErrorKind::kFailed, "the network's output does not depend on its input");
    trace_.values = static_cast<int>(kept_.size());
    return std::move(trace_);
  }

 private:
  using Weak = c10::weak_intrusive_ptr<c10::TensorImpl>;

  Traced new_value(const Tensor& tensor) {
    const int value = static_cast<int>(kept_.size());
    kept_.emplace_back(tensor.getIntrusivePtr());  // so that no other takes its address
    values_[tensor.unsafeGetTensorImpl()] = value;
    return {value, {}, tensor.sizes().vec()};
  }
  Traced traced(const Tensor& tensor) {
    const auto found = values_.find(tensor.unsafeGetTensorImpl());
    if (found == values_.end()) return {-1, tensor, tensor.sizes().vec()};
    depends_ = true;
    return {found->second, {}, tensor.sizes().vec()};
  }

  Trace trace_;
  TracedOperator operator_;
  int depth_ = 0;
  bool depends_ = false;
  std::vector<Weak> kept_;
  std::unordered_map<const void*, int> values_;
};

thread_local Tracer* t_tracer = nullptr;

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  t_tracer->begin(function);
  return nullptr;
}
void end(const at::RecordFunction& function, at::ObserverContext*) { t_tracer->end(function); }

}  // namespace

Traced TracedOperator::tensor(size_t place) const {
  return place < tensors.size() && !tensors[place].empty() ? tensors[place][0] : Traced();
}

bool TracedOperator::has(size_t place) const {
  return place < arguments.size() && !arguments[place].isNone();
}

int64_t TracedOperator::integer(size_t place, int64_t otherwise) const {
  return has(place) ? arguments[place].toInt() : otherwise;
}

double TracedOperator::number(size_t place, double otherwise) const {
  return has(place) ? arguments[place].toScalar().toDouble() : otherwise;
}

bool TracedOperator::flag(size_t place) const { return has(place) && arguments[place].toBool(); }

std::vector<int64_t> TracedOperator::integers(size_t place) const {
  if (!has(place)) return {};
  return arguments[place].isInt() ? std::vector<int64_t>{arguments[place].toInt()}
                                  : arguments[place].toIntVector();
}

int64_t TracedOperator::axis(size_t place, int64_t otherwise) const {
  const int64_t axis = integer(place, otherwise), axes = static_cast<int64_t>(shape().size());
  return axis < 0 ? axis + axes : axis;
}

Trace trace(Network& network, const Tensor& image) {
  torch::NoGradGuard no_grad;
  Tracer tracer(image);
  t_tracer = &tracer;
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end)
                                                     .needsInputs(true)
                                                     .needsOutputs(true)
                                                     .scopes({at::RecordScope::FUNCTION}));
  struct Removal {
    at::CallbackHandle handle;
    ~Removal() { at::removeCallback(handle); }
  } const removal{handle};
  return tracer.finish(network.run({image, {}, {}}));
}

}  // namespace gan::training
