import { expect, test } from '@playwright/test';
import { type ConnectivityData, type MatrixCell, WIRE_PROTOCOLS } from '../../model/connectivity.ts';
import { heatMapSvg } from './heat-map.ts';

const clusters = ['east', 'west'];

function data(change: (cell: MatrixCell) => MatrixCell): ConnectivityData {
  const cells = clusters.flatMap((from) =>
    clusters.flatMap((to) =>
      WIRE_PROTOCOLS.map((protocol) =>
        change({ from, to, protocol, state: 'works', calls: 20, ok: 20, p50Ms: 3.25 }),
      ),
    ),
  );
  return { title: 'Protocols', subtitle: 'all', verdict: 'passed', callers: clusters, clusters, cells };
}

test('shows every path and protocol with share and median', () => {
  const svg = heatMapSvg(data((cell) => cell));
  for (const words of ['to east', 'from west', 'grpc-stream', '100 %  3.3 ms'])
    expect(svg).toContain(`>${words}<`);
  expect(svg.split('>websocket<')).toHaveLength(5);
  expect(svg).not.toMatch(/NaN|undefined/);
});

test('what fails, what partly fails and what does not apply look different', () => {
  const svg = heatMapSvg(
    data((cell) => {
      if (cell.protocol === 'grpc') return { ...cell, state: 'fails', ok: 0 };
      if (cell.protocol === 'tcp') return { ...cell, state: 'fails', ok: 13, p50Ms: 1234.4 };
      return cell.protocol === 'udp' ? { ...cell, state: 'not-applicable', calls: 0, ok: 0 } : cell;
    }),
  );
  for (const words of ['65 %  1234 ms', 'n/a']) expect(svg).toContain(`>${words}<`);
  expect(svg).toContain('#d55e00');
});
