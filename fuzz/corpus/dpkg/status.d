Package: tzdata
Version: 2024a
