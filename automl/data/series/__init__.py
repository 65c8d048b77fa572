"""Time series: to forecast, and to classify whole."""
