/** Keys of the tags on everything that Meshproof makes on AWS; the same words as labels in clusters. */
export const TAG = {
  environment: 'meshproof.dev/environment',
  run: 'meshproof.dev/run',
  owner: 'meshproof.dev/owner',
  expires: 'meshproof.dev/expires',
  /** The cluster that something belongs to. */
  cluster: 'meshproof.dev/cluster',
  /** The fault that something was made for. */
  fault: 'meshproof.dev/fault',
} as const;

export interface OurTags {
  environment: string;
  /** The run that made it; left out of what belongs to the environment for as long as it lives. */
  run?: string;
  owner: string;
  /** ISO time; past it `meshproof sweep --aws` may remove what carries the tag. */
  expires: string;
}

/** A tag as most of the AWS API writes it. */
export interface AwsTag {
  Key: string;
  Value: string;
}

/** Our tags as most of the AWS API takes them, in a fixed order. */
export function tagList(tags: OurTags): AwsTag[] {
  return (['environment', 'run', 'owner', 'expires'] as const).flatMap((key) => {
    const value = tags[key];
    return value === undefined ? [] : [{ Key: TAG[key], Value: value }];
  });
}

/** Our tags among those of a resource; undefined when it is none of ours, which means: hands off. */
export function ourTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): OurTags | undefined {
  const value = (key: string) => tags?.find(({ Key }) => Key === key)?.Value;
  const environment = value(TAG.environment);
  const expires = value(TAG.expires);
  if (environment === undefined || expires === undefined) return undefined;
  const run = value(TAG.run);
  return { environment, owner: value(TAG.owner) ?? '', expires, ...(run === undefined ? {} : { run }) };
}
