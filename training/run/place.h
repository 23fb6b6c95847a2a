// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of several processes of one run this one is, as the program says that started it.
#pragma once

#include <string>

namespace gan::training {

struct Place {
  int rank = 0, ranks = 1;              // of all processes
  int local_rank = 0, local_ranks = 1;  // of those on this machine
  std::string master;                   // where rank 0 runs; empty: nobody said
  int port = 0;                         // of the master, free for rank 0
  std::string job;                      // a name that every start of the run has anew; may be empty
  int restarts = 0;                     // how often the processes were started again
};

// Read from the environment, in this order:
//   RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE  torchrun, Kubernetes' PyTorchJob, --processes
//   OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_RANK, _LOCAL_SIZE                    Open MPI's mpirun
//   SLURM_PROCID, SLURM_STEP_NUM_TASKS, SLURM_LOCALID, _TASKS_PER_NODE       srun
// with MASTER_ADDR and MASTER_PORT (29500) where they are set. Nothing of it: one process. Throws
// Error(kSettings) that names the variable.
Place place_from_environment();

// Threads for each process of this machine: its share of the processors, unless the launcher has
// bound it to some already.
int threads_each(const Place& place);

// Where the other processes can reach this one: its address on the way to the master, or where that
// tells nothing, out of this machine; of processes that all are on one machine 127.0.0.1.
std::string own_address(const Place& place);

}  // namespace gan::training
