def messenger_globals(request):
    return {}
