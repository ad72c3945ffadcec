"""In which language something is said: catalogues of gettext, and whose language it is."""
