print("clipscope")
