"""The life of learned models: data sets, training, evaluation, promotion, drift."""
