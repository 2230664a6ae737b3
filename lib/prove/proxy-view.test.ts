import { expect, test } from '@playwright/test';
import { nothingDrains } from './proxy-view.ts';

const stats = (listeners: number, chains: number) =>
  `listener_manager.total_filter_chains_draining: ${chains}\nlistener_manager.total_listeners_draining: ${listeners}\n`;

test('a proxy has drained when neither listeners nor filter chains drain', () => {
  expect(nothingDrains(stats(0, 0))).toBe(true);
});

for (const [listeners, chains] of [
  [1, 0],
  [0, 1],
  [0, 10],
] as const) {
  test(`with ${listeners} listeners and ${chains} filter chains it goes on`, () => {
    expect(nothingDrains(stats(listeners, chains))).toBe(false);
  });
}

test('a proxy that does not say is not held to be done', () => {
  expect(nothingDrains('')).toBe(false);
  expect(nothingDrains('listener_manager.total_listeners_draining: 0\n')).toBe(false);
});
