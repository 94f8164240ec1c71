"""Answer programs and notebooks: frames, maps and graphs of a city that was opened.

A face and no more: what is asked is checked as `locator.api` checks it, and answered by what the
pages, the commands and the API are answered by.
"""
