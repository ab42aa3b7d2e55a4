#!/bin/bash
# Train on several nodes, a rank for each GPU:
#   sbatch --nodes=8 docker/slurm/many_nodes.sh mine.py --data ~/data --out runs/mine
# The script is the one that runs on a laptop; script, image, data and output lie where every node sees them.
#SBATCH --job-name=scalelab
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=8
#SBATCH --time=00:30:00
#SBATCH --output=%x-%j.log
set -euo pipefail

image=${SCALELAB_IMAGE:-scalelab.sif}
# The home folder is seen inside as well; Python packages that lie there are not to take the place of the image's.
export APPTAINERENV_PYTHONNOUSERSITE=1
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
# From 22.05 on, srun does not take this over from the job by itself.
export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK

# srun starts the ranks, each in a container of its own, and tells MPI by PMIx who the others are: no ssh between the
# nodes. `srun --mpi=list` names what your Slurm has. --kill-on-bad-exit: else the others wait for a rank that died.
srun --mpi="${SCALELAB_PMI:-pmix}" --kill-on-bad-exit=1 apptainer exec --nv "$image" python -u "$@"
