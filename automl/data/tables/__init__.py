"""Tables: from files of many formats to features, targets and datasets."""
