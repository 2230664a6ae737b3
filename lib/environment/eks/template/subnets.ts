import { MeshproofError } from '../../../support/errors.ts';
import { parseCidr } from '../../cidr.ts';

/** Ranges of a zone: nodes, pods and internal load balancers are in the private one, NAT gateways in the public one. */
export interface ZoneRanges {
  zone: string;
  private: string;
  public: string;
  /** Of a Transit Gateway's interface, and nothing else. */
  transit?: string;
}

/** Zones that the plan has room for; the rest of the VPC stays free. */
export const MAX_ZONES = 6;
/** Addresses of the smallest subnet that AWS makes. */
const SMALLEST = 16;

/**
 * The subnets of a VPC: each zone gets an eighth for pods, and a sixty-fourth out of the last eighth for what is public. A /22
 * is the smallest VPC whose public subnets are as large as AWS asks for (/28). With `transit`, a /28 more in what is left of it.
 */
export function planSubnets(
  vpcCidr: string,
  zones: readonly string[],
  { transit = false } = {},
): ZoneRanges[] {
  const range = parseCidr(vpcCidr);
  const bits = Number(vpcCidr.split('/')[1]);
  if (!range || bits + 6 > 28 || zones.length > MAX_ZONES)
    throw new MeshproofError('bug', `no plan of subnets for ${zones.length} zones in ${vpcCidr}`);
  const eighth = (range.last - range.first + 1) / 8;
  const left = range.first + 7 * eighth + (MAX_ZONES * eighth) / 8;
  if (transit && zones.length * SMALLEST > (2 * eighth) / 8)
    throw new MeshproofError(
      'usage',
      `${vpcCidr} has no room for a Transit Gateway in ${zones.length} zones`,
      {
        nextStep: 'take a larger vpcCidr (a /20 has room for all), or fewer zones',
      },
    );
  return zones.map((zone, index) => ({
    zone,
    private: `${dotted(range.first + index * eighth)}/${bits + 3}`,
    public: `${dotted(range.first + 7 * eighth + (index * eighth) / 8)}/${bits + 6}`,
    ...(transit ? { transit: `${dotted(left + index * SMALLEST)}/28` } : {}),
  }));
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
