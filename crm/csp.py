"""The admin's Content-Security-Policy: the strictest with which unfold works.

Alpine, which unfold is built with, compiles its expressions: hence 'unsafe-eval'. Its `x-bind:style` writes style
attributes: hence style-src-attr. The one style element is unfold's palette, let in by its nonce.
"""

from django.utils.csp import CSP

POLICY: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "script-src-attr": [CSP.NONE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "style-src-attr": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
