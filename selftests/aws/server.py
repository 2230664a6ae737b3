"""moto's server with what our stacks need beyond it, all by moto's own backends.

- CloudFormation of EKS clusters, node groups (their instances, too), OIDC providers and network ACLs.
- Add-ons and access entries in CloudFormation: their properties are kept, and nothing else happens.
- Attachments of transit gateways that associate nothing by themselves; zones for VPCs of other accounts.
- Experiments of FIS that stop instances, and start them again when they are stopped or due ({"experimentsDue": true}).
- Stacks that take time, fail at a resource and roll back, with an event for each step; answers that are errors for a
  while. Tests steer both: POST /meshproof-test with {"stepMs", "fail": {"LogicalId": "reason"}, "failDelete", "hold": "LogicalId",
  "answers": [{"match": "regular expression", "code": "ThrottlingException", "status": 400, "times": 2}]}.
  GET /meshproof-test lists the requests that were served, by name.
"""

import io
import json
import re
import threading
import time

from moto.cloudformation import models as cfn
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.ec2.models import ec2_backends
from moto.ec2.models.transit_gateway_attachments import TransitGatewayAttachment, TransitGatewayAttachmentBackend
from moto.eks.models import eks_backends
from moto.fis.models import Experiment, FISBackend, fis_backends
from moto.core.resource_tagging import TaggedResource, make_tag_matcher
from moto.iam.models import iam_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

PLAIN = {"stepMs": 0, "fail": {}, "failDelete": "", "hold": "", "answers": [], "quotas": {}, "failExperiments": False}
control = dict(PLAIN)
requests = []


class Made:
    """A resource of a stack: its physical id, its attributes, and how it is taken away."""

    def __init__(self, physical_id, attributes=None, undo=None):
        self.physical_resource_id = physical_id
        self.attributes = attributes or {}
        self.undo = undo
        self.type = None

    def get_cfn_attribute(self, name):
        return self.attributes[name]

    def is_created(self):
        return True

    def delete(self, account_id, region_name):
        if self.undo:
            self.undo()


def model(type_name, name_property=""):
    """Teaches CloudFormation a type: the decorated function makes the resource."""

    def register(make):
        def create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
            return make(cloudformation_json["Properties"], account_id, region_name)

        type(
            type_name.replace(":", ""),
            (CloudFormationModel,),
            {
                # moto takes the name of the service from the module.
                "__module__": "moto.meshproof",
                "cloudformation_name_type": staticmethod(lambda: name_property),
                "cloudformation_type": staticmethod(lambda: type_name),
                "has_cfn_attr": classmethod(lambda cls, attr: True),
                "create_from_cloudformation_json": classmethod(create),
            },
        )
        kept.append(CloudFormationModel.__subclasses__()[-1])
        return make

    return register


kept = []


def tags_of(properties):
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


@model("AWS::EKS::Cluster", "Name")
def cluster(properties, account, region):
    eks, ec2 = eks_backends[account][region], ec2_backends[account][region]
    vpc_config = properties["ResourcesVpcConfig"]
    subnets = vpc_config["SubnetIds"]
    vpc = ec2.get_subnet(subnets[0]).vpc_id
    name = properties["Name"]
    group = ec2.create_security_group(
        f"eks-cluster-sg-{name}", "of the cluster", vpc, tags={f"kubernetes.io/cluster/{name}": "owned"}
    )
    # As EKS makes it: whoever has it may talk to whoever has it.
    own = [{"GroupId": group.id, "OwnerId": account}]
    ec2.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=own)
    logging = properties.get("Logging", {}).get("ClusterLogging", {}).get("EnabledTypes", [])
    kubernetes = properties.get("KubernetesNetworkConfig", {})
    made = eks.create_cluster(
        name,
        properties["RoleArn"],
        {
            "subnetIds": subnets,
            "securityGroupIds": [],
            "clusterSecurityGroupId": group.id,
            "vpcId": vpc,
            "endpointPublicAccess": vpc_config["EndpointPublicAccess"],
            "endpointPrivateAccess": vpc_config["EndpointPrivateAccess"],
            "publicAccessCidrs": vpc_config.get("PublicAccessCidrs", []),
        },
        version=properties["Version"],
        kubernetes_network_config={"serviceIpv4Cidr": kubernetes.get("ServiceIpv4Cidr"), "ipFamily": "ipv4"},
        logging={"clusterLogging": [{"types": [one["Type"] for one in logging], "enabled": True}]},
        tags=tags_of(properties),
    )
    # A made-up host name would be looked up outside: there is no API server behind it.
    made.endpoint = "https://127.0.0.1:1"

    def undo():
        eks.delete_cluster(name)
        ec2.delete_security_group(group_id=group.id)

    issuer = made.identity["oidc"]["issuer"]
    return Made(
        name,
        {
            "Arn": made.arn,
            "OpenIdConnectIssuerUrl": issuer,
            "ClusterSecurityGroupId": group.id,
            "Endpoint": made.endpoint,
            "CertificateAuthorityData": made.certificate_authority["data"],
        },
        undo,
    )


@model("AWS::EKS::Nodegroup", "NodegroupName")
def nodegroup(properties, account, region):
    eks, ec2 = eks_backends[account][region], ec2_backends[account][region]
    cluster_name, name = properties["ClusterName"], properties["NodegroupName"]
    scaling = {key[0].lower() + key[1:]: int(value) for key, value in properties["ScalingConfig"].items()}
    eks.create_nodegroup(
        cluster_name,
        properties["NodeRole"],
        name,
        properties["Subnets"],
        scaling_config=scaling,
        instance_types=properties["InstanceTypes"],
        ami_type=properties["AmiType"],
        labels=properties["Labels"],
        tags=properties["Tags"],
    )
    template = ec2.get_launch_template(properties["LaunchTemplate"]["Id"])
    data = template.latest_version().data
    specified = next((one["Tags"] for one in data["TagSpecifications"] if one["ResourceType"] == "instance"), [])
    reservation = ec2.run_instances(
        "ami-12c6146b",
        scaling["desiredSize"],
        None,
        [],
        is_instance_type_default=False,
        security_group_ids=data["SecurityGroupIds"],
        subnet_id=properties["Subnets"][0],
        instance_type=properties["InstanceTypes"][0],
        tags={
            "instance": {
                **{tag["Key"]: tag["Value"] for tag in specified},
                "eks:cluster-name": cluster_name,
                "eks:nodegroup-name": name,
                f"kubernetes.io/cluster/{cluster_name}": "owned",
            }
        },
    )
    ids = [instance.id for instance in reservation.instances]

    def undo():
        eks.delete_nodegroup(cluster_name, name)
        ec2.terminate_instances(ids)
        # Here terminated instances would be listed for ever, and hold their groups.
        for one in ids:
            reservation.instances = [instance for instance in reservation.instances if instance.id != one]

    return Made(f"{cluster_name}/{name}", {"Arn": name}, undo)


@model("AWS::EKS::Addon", "AddonName")
def addon(properties, account, region):
    return Made(f"{properties['ClusterName']}|{properties['AddonName']}")


@model("AWS::EKS::AccessEntry")
def access_entry(properties, account, region):
    return Made(f"{properties['ClusterName']}|{properties['PrincipalArn']}")


@model("AWS::IAM::OIDCProvider")
def oidc_provider(properties, account, region):
    iam = iam_backends[account]["aws"]
    made = iam.create_open_id_connect_provider(
        properties["Url"], ["0" * 40], properties["ClientIdList"], properties.get("Tags", [])
    )
    return Made(made.arn, {"Arn": made.arn}, lambda: iam.delete_open_id_connect_provider(made.arn))


@model("AWS::EC2::NetworkAcl")
def network_acl(properties, account, region):
    ec2 = ec2_backends[account][region]
    made = ec2.create_network_acl(properties["VpcId"], properties["Tags"])
    return Made(made.id, undo=lambda: ec2.delete_network_acl(made.id))


@model("AWS::EC2::NetworkAclEntry")
def network_acl_entry(properties, account, region):
    ec2 = ec2_backends[account][region]
    acl, number, egress = properties["NetworkAclId"], int(properties["RuleNumber"]), properties["Egress"]
    egress = "true" if egress in (True, "true") else "false"
    ec2.create_network_acl_entry(
        acl, number, str(properties["Protocol"]), properties["RuleAction"], egress,
        properties["CidrBlock"], None, None, None, None, None,
    )  # fmt: skip
    return Made(f"{acl}/{number}/{egress}")


@model("AWS::EC2::SubnetNetworkAclAssociation")
def acl_association(properties, account, region):
    ec2 = ec2_backends[account][region]
    subnet = properties["SubnetId"]

    def replace(acl):
        current = next(
            key
            for one in ec2.network_acls.values()
            for key, association in one._associations.items()
            if association.subnet_id == subnet
        )
        return ec2.replace_network_acl_association(current, acl)

    made = replace(properties["NetworkAclId"])
    vpc = ec2.get_subnet(subnet).vpc_id
    default = next(acl for acl in ec2.network_acls.values() if acl.default and acl.vpc_id == vpc)
    return Made(made.new_association_id, {"AssociationId": made.new_association_id}, lambda: replace(default.id))


@model("AWS::EC2::SubnetRouteTableAssociation")
def route_association(properties, account, region):
    # moto's own remembers it where no route table looks.
    ec2 = ec2_backends[account][region]
    association = ec2.associate_route_table(properties["RouteTableId"], subnet_id=properties["SubnetId"])
    return Made(association, undo=lambda: ec2.disassociate_route_table(association))


plain_attach = TransitGatewayAttachmentBackend.create_transit_gateway_vpc_attachment


def attach(self, transit_gateway_id, *args, **kwargs):
    """moto associates with the default table, also where the gateway is not to."""
    made = plain_attach(self, transit_gateway_id, *args, **kwargs)
    gateway = self.transit_gateways[transit_gateway_id]
    if gateway.options["DefaultRouteTableAssociation"] == "disable":
        gateway.default_route_table.route_table_associations.pop(made.id, None)
    return made


def association(attachment):
    """moto always names the default table."""
    for table in attachment.ec2_backend.transit_gateways_route_tables.values():
        if attachment.id in table.route_table_associations:
            return {"State": "associated", "TransitGatewayRouteTableId": table.id}
    return None


TransitGatewayAttachment.association = property(association)
TransitGatewayAttachmentBackend.create_transit_gateway_vpc_attachment = attach


# Experiments of FIS: moto's own are over at once, and do nothing.


def instances_of(experiment):
    for action in experiment.actions.values():
        if action["actionId"] == "aws:ec2:stop-instances":
            for target in action["targets"].values():
                yield from (arn.split("/")[-1] for arn in experiment.targets[target]["resourceArns"])


def begin(experiment):
    if control["failExperiments"]:
        experiment.status = "failed"
        return
    ec2_backends[experiment.account_id][experiment.region_name].stop_instances(list(instances_of(experiment)))
    experiment.status = "running"


def end(experiment, status):
    """As FIS: the instances that it has stopped are started, whether it is stopped or its time is over."""
    ec2 = ec2_backends[experiment.account_id][experiment.region_name]
    ec2.start_instances([one for one in instances_of(experiment) if ec2.get_instance(one).state == "stopped"])
    experiment.status = status


def start_experiment(self, *args, **kwargs):
    made = plain_start_experiment(self, *args, **kwargs)
    experiment = self.experiments[made["id"]]
    if experiment.status == "pending":
        begin(experiment)
    return experiment.to_dict(tags=made["tags"])


def stop_experiment(self, id):
    if self.experiments[id].status == "running":
        end(self.experiments[id], "stopped")
    return plain_stop_experiment(self, id)


def experiments_due():
    for regions in fis_backends.values():
        for backend in regions.values():
            for experiment in backend.experiments.values():
                if experiment.status == "running":
                    end(experiment, "completed")


def tagged_resources(self, tag_filters=None, **kwargs):
    """The tagging API lists templates and experiments, those that have ended too; moto's does not."""
    yield from plain_tagged_resources(self, tag_filters=tag_filters, **kwargs)
    if self.region_name in fis_backends[self.account_id]:
        backend = fis_backends[self.account_id][self.region_name]
        for one in [*backend.experiment_templates.values(), *backend.experiments.values()]:
            tags = backend.tagger.get_tag_dict_for_resource(one.arn)
            if make_tag_matcher(tag_filters)(tags):
                yield TaggedResource(arn=one.arn, resource_type="fis", tags=tags)


def set_status(experiment, status):
    experiment._status = status


plain_start_experiment = FISBackend.start_experiment
plain_stop_experiment = FISBackend.stop_experiment
plain_tagged_resources = ResourceGroupsTaggingAPIBackend._get_resources_generator
Experiment.status = property(lambda experiment: experiment._status, set_status)
FISBackend.start_experiment = start_experiment
FISBackend.stop_experiment = stop_experiment
ResourceGroupsTaggingAPIBackend._get_resources_generator = tagged_resources


# Stacks that take time.


def event(stack, logical_id, status, reason=None, physical_id="", type_name=""):
    stack.events.append(
        cfn.Event(stack.stack_id, stack.name, logical_id, physical_id, type_name, status, reason, None)
    )


def order(stack):
    """Resources, each after what it depends on by DependsOn, Ref and GetAtt."""
    resources = stack.template_dict["Resources"]
    done = []

    def visit(name):
        if name in done:
            return
        text = json.dumps(resources[name]["Properties"])
        for other in resources:
            wanted = other in resources[name].get("DependsOn", [])
            if other != name and (wanted or f'"{other}"' in text or f"${{{other}}}" in text):
                visit(other)
        done.append(name)

    for name in resources:
        visit(name)
    return done


def step():
    time.sleep(control["stepMs"] / 1000)


def create(stack):
    resources = stack.template_dict["Resources"]
    stack.resource_map.tags.update({"aws:cloudformation:stack-name": stack.name})
    for name in order(stack):
        type_name = resources[name]["Type"]
        event(stack, name, "CREATE_IN_PROGRESS", type_name=type_name)
        step()
        while control["hold"] == name and not stack.cancelled:
            time.sleep(0.05)
        if stack.cancelled:
            return
        try:
            if name in control["fail"]:
                raise ValueError(control["fail"][name])
            made = stack.resource_map[name]
            if isinstance(made, cfn_tagged):
                ec2_backends[stack.account_id][stack.region_name].create_tags(
                    [getattr(made, "allocation_id", made.physical_resource_id)], stack.resource_map.tags
                )
        except Exception as error:
            event(stack, name, "CREATE_FAILED", str(error), type_name=type_name)
            roll_back(stack, name)
            return
        event(stack, name, "CREATE_COMPLETE", None, str(made and made.physical_resource_id), type_name)
    stack.status = "CREATE_COMPLETE"
    stack._add_stack_event("CREATE_COMPLETE")


def roll_back(stack, name):
    stack.status = "ROLLBACK_IN_PROGRESS"
    stack._add_stack_event("ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to create: [{name}].")
    step()
    take_away(stack)
    stack.status = "ROLLBACK_COMPLETE"
    stack._add_stack_event("ROLLBACK_COMPLETE")


def forget_route_table(ec2, table):
    table.associations.clear()
    ec2.route_tables.pop(table.id)


def forget_nat(ec2, nat):
    ec2.delete_nat_gateway(nat.id)
    # What is deleted is shown for an hour; here it would be for ever.
    ec2.nat_gateways.pop(nat.id, None)


# What moto's CloudFormation makes and never takes away.
FORGOTTEN = {
    "AWS::EC2::EIP": lambda ec2, made: ec2.release_address(allocation_id=made.allocation_id),
    "AWS::EC2::FlowLog": lambda ec2, made: ec2.delete_flow_logs([made.id]),
    "AWS::EC2::InternetGateway": lambda ec2, made: ec2.internet_gateways.pop(made.id),
    "AWS::EC2::NatGateway": forget_nat,
    "AWS::EC2::Route": lambda ec2, made: None,
    "AWS::EC2::RouteTable": forget_route_table,
    "AWS::EC2::VPCEndpoint": lambda ec2, made: ec2.delete_vpc_endpoints([made.id]),
}


def update(stack, template, role_arn=None, parameters=None, tags=None):
    """Adds what is new and takes away what is gone; what only changed is left as it is."""
    stack._add_stack_event("UPDATE_IN_PROGRESS", "User Initiated")
    after = stack.parse_template(template)
    take_away(stack, [name for name in order(stack) if name not in after["Resources"]])
    before = set(stack.template_dict["Resources"])
    stack.template, stack.template_dict, stack.description = template, after, after["Description"]
    stack.resource_map._template, stack.resource_map._resource_json_map = after, after["Resources"]
    for name in order(stack):
        if name not in before:
            made = stack.resource_map[name]
            event(stack, name, "CREATE_COMPLETE", None, str(made and made.physical_resource_id))
    stack.output_map = stack._create_output_map()
    stack.status = "UPDATE_COMPLETE"
    stack._add_stack_event("UPDATE_COMPLETE")


def take_away(stack, names=None):
    """What exists, last made first: moto's own order is none."""
    parsed = stack.resource_map._parsed_resources
    for name in reversed(order(stack) if names is None else names):
        made = parsed.pop(name, None)
        if made is None or isinstance(made, str):
            continue
        resource = stack.template_dict["Resources"][name]
        if resource["Type"] in FORGOTTEN:
            FORGOTTEN[resource["Type"]](ec2_backends[stack.account_id][stack.region_name], made)
        else:
            stack.resource_map._delete_resource(made, resource)
        event(stack, name, "DELETE_COMPLETE")


def create_resources(stack):
    stack.status = "CREATE_IN_PROGRESS"
    stack.cancelled = False
    stack.worker = threading.Thread(target=create, args=[stack], daemon=True)
    stack.worker.start()
    if control["stepMs"] == 0 and not control["hold"]:
        stack.worker.join()


def delete(stack):
    stack._add_stack_event("DELETE_IN_PROGRESS", "User Initiated")
    stack.cancelled = True
    stack.worker.join()
    take_away(stack)
    stack._add_stack_event("DELETE_COMPLETE")
    stack.status = "DELETE_COMPLETE"


plain_delete_stack = cfn.CloudFormationBackend.delete_stack


def delete_stack(backend, name):
    if control["failDelete"]:
        stack = backend.get_stack(name)
        reason, control["failDelete"] = control["failDelete"], ""
        stack._add_stack_event("DELETE_IN_PROGRESS", "User Initiated")
        event(stack, "Vpc", "DELETE_FAILED", reason, type_name="AWS::EC2::VPC")
        stack.status = "DELETE_FAILED"
        stack._add_stack_event("DELETE_FAILED", "The following resource(s) failed to delete: [Vpc].")
        return
    plain_delete_stack(backend, name)


plain_outputs = cfn.Stack.outputs.fget
cfn_tagged = parsing.TaggedEC2Resource
cfn.Stack.create_resources = create_resources
cfn.Stack.delete = delete
cfn.Stack.update = update
# Asked for earlier, outputs would make the resources that they name.
WHOLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
cfn.Stack.outputs = property(lambda stack: plain_outputs(stack) if stack.status in WHOLE else None)
cfn.CloudFormationBackend.delete_stack = delete_stack


# Answers that tests ask for, and what moto has no server for.


def name_of(environ, body):
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target
    action = re.search(rb"(?:^|&)Action=(\w+)", body)
    return action.group(1).decode() if action else f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


def failure(code, message, is_query):
    if is_query:
        # EC2 has a form of its own; each reader finds its part.
        text = f"<Code>{code}</Code><Message>{message}</Message>"
        return (
            f"<ErrorResponse><Errors><Error>{text}</Error></Errors><Error><Type>Sender</Type>{text}</Error>"
            "<RequestID>00000000-0000-0000-0000-000000000000</RequestID></ErrorResponse>"
        )
    return json.dumps({"__type": code, "message": message})


def quota(body):
    asked = json.loads(body)
    value = control["quotas"].get(asked["QuotaCode"])
    if value is None:
        return None
    return {"Quota": {"ServiceCode": asked["ServiceCode"], "QuotaCode": asked["QuotaCode"], "Value": value}}


# Zones for VPCs of other accounts: the shape of the API reference; moto takes the association itself without it.
ASSOCIATION = (
    '<CreateVPCAssociationAuthorizationResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">'
    "<HostedZoneId>Z1</HostedZoneId><VPC><VPCRegion>eu-west-1</VPCRegion><VPCId>vpc-1</VPCId></VPC>"
    "</CreateVPCAssociationAuthorizationResponse>"
)


def associate(app, environ, start):
    # moto looks for the zone in the account that calls, AWS for its authorisation: a zone of others is taken for authorised.
    answer = []
    parts = list(app(environ, lambda status, headers, *rest: answer.append((status, headers))))
    if not answer[0][0].startswith("404"):
        start(*answer[0])
        return parts
    start("200 OK", [("Content-Type", "text/xml")])
    return [
        b'<AssociateVPCWithHostedZoneResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeInfo><Id>C1</Id>'
        b"<Status>INSYNC</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></AssociateVPCWithHostedZoneResponse>"
    ]


def wrap(app):
    def serve(environ, start):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ["PATH_INFO"] == "/meshproof-test":
            if environ["REQUEST_METHOD"] == "POST":
                control.update(PLAIN)
                control.update(json.loads(body))
                if control.pop("experimentsDue", False):
                    experiments_due()
                requests.clear()
            start("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(requests).encode()]
        name = name_of(environ, body)
        requests.append(name)
        is_query = not (environ.get("HTTP_X_AMZ_TARGET") or name.split(" ")[0].isupper())
        for answer in control["answers"]:
            if answer["times"] > 0 and re.search(answer["match"], name):
                answer["times"] -= 1
                kind = "text/xml" if is_query else "application/x-amz-json-1.1"
                headers = [("Content-Type", kind), ("x-amzn-ErrorType", answer["code"])]
                start(f"{answer.get('status', 400)} Error", headers)
                return [failure(answer["code"], answer.get("message", "asked for by a test"), is_query).encode()]
        if name.endswith(".GetServiceQuota"):
            value = quota(body)
            start("200 OK" if value else "400 Error", [("Content-Type", "application/x-amz-json-1.1")])
            return [json.dumps(value or {"__type": "NoSuchResourceException", "message": "unknown"}).encode()]
        if re.search("/(de)?authorizevpcassociation$", name):
            start("200 OK", [("Content-Type", "text/xml")])
            return [ASSOCIATION.encode()]
        environ["wsgi.input"] = io.BytesIO(body)
        if name.endswith("/associatevpc"):
            return associate(app, environ, start)
        return app(environ, start)

    return serve


if __name__ == "__main__":
    from werkzeug.serving import run_simple

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

    dispatcher = DomainDispatcherApplication(create_backend_app)
    run_simple("127.0.0.1", 0, wrap(dispatcher), threaded=True, request_handler=MotoRequestHandler)
