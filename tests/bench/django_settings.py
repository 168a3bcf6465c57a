"""Settings of the Django peer: the database is where libpq's environment variables say; `people` is the app that inspectdb writes the models of."""

import os

SECRET_KEY = "of a bench"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"],
                         "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"]}}
INSTALLED_APPS = ["people"] if os.environ.get("BENCH_HAS_MODELS") else []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = False
