"""A rostrad for these tests."""
import os
import signal
import subprocess

import requests

PASSWORD = 'upgrade password'
WAIT_S = 60


class Rostrad:
    """Serves `data` on a port that the system chose; `password`: of a store that is made now."""

    def __init__(self, program, data, password=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith('ROSTRA_')}
        if password is not None:
            environment['ROSTRA_ADMIN_PASSWORD'] = password
        self.process = subprocess.Popen([str(program), '--data', str(data), '--listen', '127.0.0.1:0', 'serve'],
                                        stderr=subprocess.PIPE, text=True, env=environment)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if ' port=' in line:
                break
        else:
            raise AssertionError('rostrad ended: ' + ''.join(self.log))
        self.url = 'https://127.0.0.1:' + self.log[-1].rsplit(' port=', 1)[1].strip()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(data / 'management.pem')
        self.session.auth = ('admin', PASSWORD)

    def get(self, path):
        return self.session.get(self.url + path, timeout=WAIT_S)

    def post(self, path, body):
        return self.session.post(self.url + path, json=body, timeout=WAIT_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.close()
        self.process.send_signal(signal.SIGTERM)
        self.log.append(self.process.communicate(timeout=WAIT_S)[1])
        assert self.process.returncode == 0, ''.join(self.log)
