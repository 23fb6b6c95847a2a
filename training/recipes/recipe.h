// SPDX-License-Identifier: LGPL-2.1-or-later
// A recipe: networks, losses, optimizers and data of one system. The trainer does the rest.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/picture.h"
#include "training/datasets/dataset.h"
#include "training/meters/report.h"
#include "training/run/schedule.h"
#include "training/run/state.h"
#include "training/run/step.h"

namespace gan::training {

// Options that every recipe has; a recipe derives from it, changes defaults and adds its own.
struct RecipeOptions : Options {
  std::string size = "paper";  // paper: the sources' constants; small: half an hour on two cores
  int steps = 100000;          // optimisation steps of the run
  int batch = 16;              // samples a batch
  int accumulate = 1;          // batches a step, whose gradients are averaged
  double clip = 0;             // largest norm of an optimizer's gradient, 0: none
  int seed = 0;
  int workers = 2;   // loader threads
  double lr = 2e-4;  // base learning rate; a recipe with two says which
  ScheduleOptions schedule;
  double ema = 0.999;         // largest decay of the averaged weights, 0: none
  double look = 60;           // seconds of training before the first look, 0: none
  int log_every = 100;        // steps
  int validate_every = 2000;  // steps, 0: never
  int save_every = 2000;      // steps between checkpoints
  int keep = 3;               // files of weights kept beside latest and best
  std::string init;           // checkpoint to start the generator from
  std::string freeze;         // networks that keep their weights, such as "d" or "g,e"
  std::string licence;        // of the weights, written into checkpoints
  std::string provenance;     // what they were trained on, written into checkpoints
  // To be called first by those that derive.
  void visit(OptionVisitor& v) override;

 protected:
  // Changes the defaults to those of size=small.
  virtual void make_small() = 0;

 private:
  bool is_small_ = false;
};

// Named numbers of a validation.
using Values = std::vector<std::pair<std::string, double>>;

// A quick glance at a run: numbers on a few patches, and a grid of pictures at fixed inputs.
struct Look {
  Values values;
  Picture grid;
};

class Recipe {
 public:
  virtual ~Recipe() = default;
  virtual RecipeOptions& options() = 0;

  // Called once, after the options are set: opens the data, creates networks and optimizers in
  // `state`. Throws Error(kData, kSettings) for whatever can be known before the first step.
  virtual void prepare(RunState& state, const std::string& data_folder) = 0;
  virtual const Dataset& training_set() const = 0;

  // One step: forward, backward and every optimizer. torch's random numbers are seeded for it.
  virtual void step(Step& step) = 0;
  // Called after it with the means of what it logged.
  virtual void stepped(const std::map<std::string, double>&) {}

  // Quality on held-out data; the first value decides which checkpoint is best.
  virtual Values validate(RunState& state) = 0;
  virtual bool larger_is_better() const { return true; }
  // A grid of pictures at fixed inputs.
  virtual Picture samples(RunState& state) = 0;
  // What its report says of samples and of what needs no network.
  virtual ReportWords words() const = 0;
  // What a run shows between validations; takes seconds.
  virtual Look look(RunState& state) { return {{}, samples(state)}; }

  // The role of the network that elements load, and what to write into its metadata.
  virtual std::string main_network() const { return "g"; }
};

struct RecipeEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view metric;  // on held-out data
  std::string_view source;  // paper or code
  std::unique_ptr<Recipe> (*make)();
};

std::span<const RecipeEntry> recipe_table();
const RecipeEntry& find_recipe(std::string_view name);  // throws Error(kSettings)

}  // namespace gan::training
