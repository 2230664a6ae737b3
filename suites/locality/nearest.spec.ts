import { expect, needs, test } from '../../fixtures/index.ts';

test('traffic stays in the zone, then in the region, then goes elsewhere, and comes back', {
  tag: '@exclusive',
  ...needs('locality-failover'),
}, async ({ near }) => {
  const traffic = await near.everywhere();
  await expect(traffic).toStayIn('zone');
  await traffic.leave('zone');
  await expect(traffic).toStayIn('region');
  await traffic.leave('region');
  await expect(traffic).toStayIn('elsewhere');
  await traffic.comeBack();
  await expect(traffic).toStayIn('zone');
});
