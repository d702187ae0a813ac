"""whisper.cpp (the pywhispercpp wheel) on a recording.

usage: whisper_cpp.py MODEL.bin AUDIO.wav THREADS  -> one JSON object (the last line)
"""
import json
import resource
import sys
import time

from pywhispercpp.model import Model

model_path, audio, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
model = Model(model_path, n_threads=threads, print_progress=False, print_realtime=False, redirect_whispercpp_logs_to=None)
started = time.perf_counter()
segments = model.transcribe(audio, language="en", token_timestamps=True)
wall = time.perf_counter() - started
print()
print(json.dumps({
    "wall_seconds": wall,
    "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "text": " ".join(segment.text.strip() for segment in segments),
}))
