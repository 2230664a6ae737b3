import { expect, test } from '@playwright/test';
import { blackHole, invert, removePeeringRoutes, type TableRoutes } from './routes.ts';
import { type GroupRules, isolate, revokeFrom } from './security-group.ts';

const where = { cluster: 'west', place: { account: { name: 'default', deny: [] }, region: 'eu-west-1' } };
const EAST = ['10.10.0.0/16'];

function table(changes: Partial<TableRoutes> = {}): TableRoutes {
  const peering = { DestinationCidrBlock: '10.10.0.0/16', VpcPeeringConnectionId: 'pcx-1' };
  return { id: 'rtb-1', ours: true, routes: [{ DestinationCidrBlock: '10.20.0.0/16' }, peering], ...changes };
}

function group(changes: Partial<GroupRules> = {}, cidr = '10.10.0.0/16'): GroupRules {
  const rule = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIpv4: cidr, Description: 'mesh' };
  return { id: 'sg-1', ours: true, rules: [rule, { ...rule, IsEgress: true }], ...changes };
}

test('both halves of a range lead to nobody, beside the route that is there', () => {
  const destinations = blackHole(where, [table()], EAST).map(
    ({ does }) => does.input['DestinationCidrBlock'],
  );
  expect(destinations).toEqual(['10.10.0.0/17', '10.10.128.0/17']);
});

test('a route that would win over ours is refused', () => {
  const longer = { DestinationCidrBlock: '10.10.3.0/24', TransitGatewayId: 'tgw-1' };
  expect(() => blackHole(where, [table({ routes: [longer] })], EAST)).toThrow('would not win over');
});

test('routes over a peering go and come with the same target; others stay, and so do those of tables of others', () => {
  const [change, ...rest] = removePeeringRoutes(where, [table()], EAST);
  expect(rest).toEqual([]);
  expect(change?.undoes?.input).toEqual({
    RouteTableId: 'rtb-1',
    DestinationCidrBlock: '10.10.0.0/16',
    VpcPeeringConnectionId: 'pcx-1',
  });
  expect(() => removePeeringRoutes(where, [table({ ours: false })], EAST)).toThrow('not this environment');
  expect(() => removePeeringRoutes(where, [table({ routes: [] })], EAST)).toThrow('no route over a peering');
});

test('an inversion is taken back to what the check had, inverted or not', () => {
  expect(invert(where, { id: 'hc', inverted: false }).undoes?.input['Inverted']).toBe(false);
  expect(invert(where, { id: 'hc', inverted: true }).undoes?.input['Inverted']).toBe(true);
});

test('a rule that lets the range in is put back with its description and its tags', () => {
  const [given] = group().rules;
  const tagged = group({
    rules: [
      {
        ...given,
        Tags: [
          { Key: 'a', Value: 'b' },
          { Key: 'aws:x', Value: 'y' },
        ],
      },
    ],
  });
  const [change, ...rest] = revokeFrom(where, [tagged], EAST);
  expect(rest).toEqual([]);
  expect(change?.undoes?.input).toEqual({
    GroupId: 'sg-1',
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: EAST[0], Description: 'mesh' }] },
    ],
    TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: [{ Key: 'a', Value: 'b' }] }],
  });
});

test('rules of others, rules that let in more, and no rule at all are refused', () => {
  expect(() => revokeFrom(where, [group({ ours: false })], EAST)).toThrow("not this environment's");
  expect(() => revokeFrom(where, [group({}, '0.0.0.0/0')], EAST)).toThrow('lets in more than');
  expect(() => revokeFrom(where, [group({}, '10.99.0.0/16')], EAST)).toThrow('there is nothing to cut');
});

test('an interface gets its own groups back, all of them', () => {
  const [change] = isolate(where, [{ id: 'eni-1', groups: ['sg-1', 'sg-2'] }]);
  expect(change?.undoes?.input).toEqual({ NetworkInterfaceId: 'eni-1', Groups: ['sg-1', 'sg-2'] });
});
