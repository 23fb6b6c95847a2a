// Compiled once per library: parsing <torch/torch.h> takes ten times as long as any file of ours.
#include <torch/torch.h>
