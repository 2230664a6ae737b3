import type { PodSpec } from '../../model/fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { quoted } from './in-node.ts';
import { forEachTask, goOnScript, listScript, pidsFile } from './signal.ts';
import { FOLDER, undoFile, undoOnce } from './undo-file.ts';

/** What a harmful program of ours in a node is: a shell script that goes on until it is stopped. systemd takes `${` and `$$` for its own. */
export interface Work {
  script: string;
  /** A shell command that prints what shows that it bites, and fails while nothing does. */
  evidence: string;
  /** A shell command that undoes what it leaves when it is killed. Idempotent; left out where it leaves nothing. */
  undo?: string;
  /** A shell command that succeeds while there is something to undo. */
  left?: string;
}

/** So long a container runs before it is killed: long enough to have been started, too short to become ready. */
const LIFE_S = 2;
/** So long a slow program goes on between two stalls. */
const AWAKE_S = 0.05;
/** Stalls after which the processes of a slow program are looked up again: its pods may have moved. */
const STALLS = 10;
/** What pods under memory pressure have beyond what they use. */
export const USUAL_LEFT_MIB = 32;
/** What a process under the limit may take beyond it, before it is refused by a limit of its own. */
const SPARE_MIB = 512;
/** Processes that press on a disk, and what each writes before it begins anew. */
export const USUAL_WRITERS = 2;
export const WRITTEN_MIB = 64;

/** The script of a plan's fault. */
export function workOf(plan: FaultPlan): Work {
  const { spec } = plan;
  if (spec.kind === 'cpu-pressure') return cpuWork(plan, spec.workers);
  if (spec.kind === 'pod-crash-loop') return crashWork(plan, spec);
  if (spec.kind === 'process-slow') return slowWork(plan, spec.delayMs);
  if (spec.kind === 'memory-pressure') return memoryWork(plan, spec.leave ?? USUAL_LEFT_MIB);
  if (spec.kind === 'disk-pressure') return diskWork(plan, spec.workers ?? USUAL_WRITERS);
  throw new MeshproofError('bug', `${spec.kind} runs no script`);
}

function cpuWork({ id }: FaultPlan, workers?: number): Work {
  const mark = `meshproof-load-${id}`;
  const count = workers === undefined ? '$(nproc)' : String(workers);
  return {
    script: `for i in $(seq ${count}); do sh -c 'while :; do :; done' ${mark} & done; wait`,
    // Field 14 of /proc/PID/stat: ticks in user mode, 100 a second (proc(5)); counted from behind the name, which may hold anything.
    evidence: `sum=0; n=0; for pid in $(pgrep -f '${mark}$'); do t=$(sed 's/.*) //' /proc/$pid/stat | cut -d' ' -f12); sum=$((sum + t)); n=$((n + 1)); done; [ $sum -gt 20 ] && echo "$n processes have computed for $((sum * 10)) ms"`,
  };
}

function crashWork({ id }: FaultPlan, { namespace, app }: PodSpec): Work {
  const log = `/run/meshproof-${id}.kills`;
  // As the controllers of Deployments and StatefulSets name their pods.
  const filter = [
    `labels."io.kubernetes.pod.namespace"==${namespace}`,
    'labels."io.cri-containerd.kind"==container',
    `labels."io.kubernetes.pod.name"~="^${app}-([a-z0-9]+-[a-z0-9]{5}|[0-9]+)$"`,
  ];
  const kill = `[ -z "$pid" ] || { kill -9 "$pid" && echo "$pid" >> ${log}; }`;
  return {
    script: [
      `trap 'rm -f ${log}; exit 0' TERM INT EXIT`,
      'while :; do',
      forEachTask(filter, kill),
      `sleep ${LIFE_S} & wait $!`,
      'done',
    ].join('\n'),
    evidence: `[ -s ${log} ] && echo "$(wc -l < ${log}) times a container of ${namespace}/${app} was killed"`,
  };
}

/** Stalls the processes of a program's containers, each time from a new list of them now and then. */
function slowWork(plan: FaultPlan, delayMs: number): Work {
  const file = pidsFile(plan);
  const states = `$(sed 's#.*#/proc/&/status#' ${file})`;
  return {
    script: [
      "trap 'exit 0' TERM INT",
      `trap ${quoted(goOnScript(plan))} EXIT`,
      'while :; do',
      `  ( ${listScript(plan)}`,
      '  )',
      `  for i in $(seq ${STALLS}); do`,
      `    pids=$(cat ${file})`,
      '    [ -n "$pids" ] && kill -STOP $pids 2>/dev/null',
      `    sleep ${delayMs / 1000} & wait $!`,
      '    [ -n "$pids" ] && kill -CONT $pids 2>/dev/null',
      `    sleep ${AWAKE_S} & wait $!`,
      '  done',
      'done',
    ].join('\n'),
    evidence: `n=0; for i in $(seq 20); do [ -s ${file} ] && grep -qs '^State:.T' ${states} && n=$((n + 1)); sleep 0.03; done; [ $n -gt 0 ] && echo "stood still at $n of 20 looks"`,
    undo: goOnScript(plan),
    left: `test -e ${file}`,
  };
}

/** Where the kubelet keeps its pods' cgroup, by version, driver, and whether it is kind's (under `kubelet`). */
const KUBEPODS = ['memory/', '']
  .flatMap((controller) =>
    ['kubelet/kubepods', 'kubelet.slice/kubelet-kubepods.slice', 'kubepods', 'kubepods.slice'].map(
      (group) => `/sys/fs/cgroup/${controller}${group}`,
    ),
  )
  .join(' ');

/**
 * Limits the cgroup of a node's pods to what they use and a little more, and starts what takes all of that over and over.
 * It is the first that the kernel kills; what else needs memory in between is next. Names of files: kernel documentation,
 * "Memory Resource Controller" (v1) and "Control Group v2".
 */
function memoryWork(plan: FaultPlan, leaveMiB: number): Work {
  const child = `meshproof-${plan.id}`;
  const find = `dir=$(ls -d ${KUBEPODS} 2>/dev/null | head -1)`;
  const undo = undoFile(plan);
  return {
    script: [
      'set -e',
      find,
      'limit=memory.max; usage=memory.current; active=active_file; idle=inactive_file; mapped=file_mapped',
      'if [ -e "$dir/memory.limit_in_bytes" ]; then limit=memory.limit_in_bytes; usage=memory.usage_in_bytes; active=total_active_file; idle=total_inactive_file; mapped=total_mapped_file; fi',
      `mkdir -p "$dir/${child}" ${FOLDER}`,
      'old=$(cat "$dir/$limit")',
      `cat > ${undo}.new <<END`,
      'set -e',
      `echo "$old" > "$dir/$limit"`,
      `for pid in \\$(cat "$dir/${child}/cgroup.procs" 2>/dev/null); do kill -9 \\$pid || true; done`,
      `for i in 1 2 3 4 5; do [ ! -e "$dir/${child}" ] || rmdir "$dir/${child}" || sleep 0.2; done`,
      `rm -f ${undo}`,
      'END',
      `mv ${undo}.new ${undo}`,
      `trap 'exit 0' TERM INT; trap ${quoted(undoOnce(plan))} EXIT`,
      // Pages of files that nobody has mapped are given back to whoever wants more, lately used or not: they are room.
      `room='$1 == active || $1 == idle { sum += $2 } $1 == mapped { sum -= $2 } END { print (sum > 0 ? sum : 0) }'`,
      'used=$(cat "$dir/$usage"); cached=$(awk -v active=$active -v idle=$idle -v mapped=$mapped "$room" "$dir/memory.stat")',
      `echo $((used - cached + ${leaveMiB} * 1048576)) > "$dir/$limit"`,
      'set +e',
      // 0 is who writes it. Whatever becomes of the limit, the machine itself is not taken.
      `ulimit -v ${(leaveMiB + SPARE_MIB) * 1024}`,
      `hog='echo 0 > "$1/cgroup.procs" && echo 1000 > /proc/self/oom_score_adj && exec tail /dev/zero'`,
      `while :; do sh -c "$hog" meshproof-load-${plan.id} "$dir/${child}" & wait $!; sleep 0.2 & wait $!; done`,
    ].join('\n'),
    evidence: `${find}; n=$(cat "$dir/${child}/memory.oom_control" "$dir/${child}/memory.events" 2>/dev/null | awk '$1 == "oom_kill" { print $2 }'); [ "$n" -gt 0 ] && echo "the limit was run into $n times"`,
    undo: undoOnce(plan),
    left: `test -e ${undo}`,
  };
}

/** Writes files of a size that stays small, and waits each time until the disk has them. */
function diskWork(plan: FaultPlan, workers: number): Work {
  const undo = undoFile(plan);
  const files = undo.replace(/\.undo$/, '.written');
  const write = `while :; do dd if=/dev/zero of="$1" bs=1M count=${WRITTEN_MIB} conv=fsync 2>/dev/null && echo >> "$1.times"; done`;
  return {
    script: [
      `mkdir -p ${FOLDER}`,
      `echo 'rm -f ${files}.*; rm -f ${undo}' > ${undo}`,
      `trap 'exit 0' TERM INT`,
      `for i in $(seq ${workers}); do sh -c '${write}' meshproof-load-${plan.id} ${files}.$i & done`,
      'wait',
    ].join('\n'),
    evidence: `n=$(cat ${files}.*.times | wc -l); [ "$n" -gt 0 ] && echo "$((n * ${WRITTEN_MIB})) MiB were written"`,
    undo: undoOnce(plan),
    left: `test -e ${undo}`,
  };
}
