#!/bin/bash
# Train on one node, a rank for each GPU:
#   sbatch docker/slurm/one_node.sh mine.py --data ~/data --out runs/mine
# The script is the one that runs on a laptop. Settings of the site (partition, account) go on the command line:
#   sbatch --partition=gpu --account=class docker/slurm/one_node.sh ...
#SBATCH --job-name=scalelab
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=8
#SBATCH --time=00:30:00
#SBATCH --output=%x-%j.log
set -euo pipefail

image=${SCALELAB_IMAGE:-scalelab.sif}
# The home folder is seen inside as well; Python packages that lie there are not to take the place of the image's.
export APPTAINERENV_PYTHONNOUSERSITE=1
ranks=$SLURM_NTASKS_PER_NODE
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK

# All ranks run inside one container: neither MPI nor Horovod has to be installed on the node. --nv: its GPUs.
apptainer exec --nv "$image" horovodrun --gloo -np "$ranks" -H "localhost:$ranks" python -u "$@"
