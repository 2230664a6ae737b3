import { formatDuration } from '../model/duration.ts';
import type { DetectionRow } from './detection.ts';

/** The detection table as Markdown. */
export function detectionTable(rows: readonly DetectionRow[]): string {
  const cells = rows.map((row) => [
    row.defect,
    row.detection,
    row.red.map(({ id }) => id.split(': ')[0]).join(', ') || '-',
    row.bitMs === undefined ? '-' : formatDuration(row.bitMs),
    `${row.seconds.toFixed(0)} s`,
    row.title,
  ]);
  const head = ['defect', 'detection', 'red suites', 'bit after', 'took', 'what was wrong'];
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const caught = rows.filter(({ detection }) => detection === 'caught').length;
  return [
    line(head),
    `|${head.map(() => '---').join('|')}|`,
    ...cells.map(line),
    '',
    `${caught} of ${rows.length} defects were caught by the right suite, for the right reason.`,
    ...rows.flatMap(({ defect, detail }) => (detail === undefined ? [] : ['', `${defect}: ${detail}`])),
    '',
  ].join('\n');
}
