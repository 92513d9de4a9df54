"""How the group of infra/cloudformation follows its queue, played in seconds: `python -m tests.bench.fleet [--quick]`.

Pure: no AWS, no clock. The policy is the template's own; what AWS does with it is written down in `Group.resize`, after
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html: three minutes over the target add
what is missing, fifteen under nine tenths of it take away what is too much. Speeds are infra/README.md's estimates.
"""
