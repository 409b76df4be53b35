def status_panel(user):
    return {}
