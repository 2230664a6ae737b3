import {
  AssociateTransitGatewayRouteTableCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclEntryCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  DeleteNetworkAclEntryCommand,
  DeleteNetworkInterfaceCommand,
  DeleteRouteCommand,
  DeleteSecurityGroupCommand,
  DisassociateTransitGatewayRouteTableCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateExperimentTemplateCommand,
  DeleteExperimentTemplateCommand,
  StartExperimentCommand,
} from '@aws-sdk/client-fis';
import { UpdateHealthCheckCommand } from '@aws-sdk/client-route-53';
import type { AwsPlace } from '../model/aws.ts';
import type { AwsApiCall } from '../model/aws-fault.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { awsErrorName } from './errors.ts';

/** Every call that a fault may make or take back; a schedule's target names them as the keys here do. */
const EC2 = {
  associateTransitGatewayRouteTable: AssociateTransitGatewayRouteTableCommand,
  authorizeSecurityGroupIngress: AuthorizeSecurityGroupIngressCommand,
  createNetworkAclEntry: CreateNetworkAclEntryCommand,
  createNetworkInterface: CreateNetworkInterfaceCommand,
  createRoute: CreateRouteCommand,
  createSecurityGroup: CreateSecurityGroupCommand,
  deleteNetworkAclEntry: DeleteNetworkAclEntryCommand,
  deleteNetworkInterface: DeleteNetworkInterfaceCommand,
  deleteRoute: DeleteRouteCommand,
  deleteSecurityGroup: DeleteSecurityGroupCommand,
  disassociateTransitGatewayRouteTable: DisassociateTransitGatewayRouteTableCommand,
  modifyNetworkInterfaceAttribute: ModifyNetworkInterfaceAttributeCommand,
  revokeSecurityGroupEgress: RevokeSecurityGroupEgressCommand,
  revokeSecurityGroupIngress: RevokeSecurityGroupIngressCommand,
  startInstances: StartInstancesCommand,
  stopInstances: StopInstancesCommand,
  terminateInstances: TerminateInstancesCommand,
};

const FIS = {
  createExperimentTemplate: CreateExperimentTemplateCommand,
  deleteExperimentTemplate: DeleteExperimentTemplateCommand,
  startExperiment: StartExperimentCommand,
};

/** Answers to a call whose work is done already: what is to be deleted is gone, or what is to be made is there. */
const DONE_ALREADY =
  /NotFound|AlreadyExists|AlreadyAssociated|Duplicate|NoSuchHealthCheck|IncorrectState.*associat/i;

/** Makes a call that is given as data. An action that faults never take is a `bug`. */
export async function callAws(place: AwsPlace, { service, action, input }: AwsApiCall): Promise<object> {
  const { ec2, route53, fis } = awsClients(place);
  if (service === 'ec2' && action in EC2) {
    const Command = EC2[action as keyof typeof EC2] as unknown as typeof CreateNetworkInterfaceCommand;
    return ec2.send(new Command(input as never));
  }
  if (service === 'route53' && action === 'updateHealthCheck')
    return route53.send(new UpdateHealthCheckCommand(input as never));
  if (service === 'fis' && action in FIS) {
    const Command = FIS[action as keyof typeof FIS] as unknown as typeof CreateExperimentTemplateCommand;
    return fis.send(new Command(input as never));
  }
  throw new MeshproofError('bug', `no fault calls ${service}:${action}`);
}

/** As {@link callAws}, for a call that takes something back: one that finds its work done is no error. */
export async function callAwsOnce(place: AwsPlace, call: AwsApiCall): Promise<void> {
  try {
    await callAws(place, call);
  } catch (error) {
    if (!DONE_ALREADY.test(awsErrorName(error))) throw error;
  }
}
