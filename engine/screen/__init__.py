"""An endless zoom full screen in a browser, for a dark room or a stream: `pareidolia screen`.

dreamed_ahead  frames that are dreamed as they are looked at
server         the page, on this computer only
"""
