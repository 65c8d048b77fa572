"""Plots and tables of a trial, for dashboards and trackers."""
