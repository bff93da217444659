"""The API, a module a subject: functions from a Call to a Result, without HTTP."""
