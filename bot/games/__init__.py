"""The games of `/play`: `(interaction, what was chosen) => rounds`, by what requests and delivery offer."""
