"""The CloudFormation template: what it makes, allows and costs, and what its instances do first."""
